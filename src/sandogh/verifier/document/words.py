"""Every sentence of the report for a court, Persian and English side by side."""

from datetime import datetime

from sandogh.persian import fa_digits

#: Key → (Persian, English). Fields in braces are filled in; numbers come with the digits of the language.
TEXTS: dict[str, tuple[str, str]] = {
    # ---- head and conclusion
    "title": ("گزارش راستی‌آزمایی انتخابات", "Report on the verification of an election"),
    "subtitle": (
        "این گزارش را برنامهٔ راستی‌آزمای «صندوق» از روی پروندهٔ عمومی انتخابات ساخته است.",
        "Made by the verifier of Sandogh from the public record of the election.",
    ),
    "unnamed": ("انتخابات نامعلوم", "Unknown election"),
    "conclusion": ("نتیجهٔ بررسی", "Conclusion"),
    "verdict_valid": ("همهٔ بررسی‌ها برقرار است", "Everything checked holds"),
    "verdict_open": ("آنچه تا کنون ثبت شده برقرار است؛ نتیجه‌ای هنوز منتشر نشده است", "All holds so far; there is no result yet"),
    "verdict_invalid": ("دست‌کم یک بررسی برقرار نیست", "At least one check fails"),
    "verdict_incomplete": ("پرونده ناتمام است", "The file breaks off"),
    "verdict_unsupported": ("راستی‌آزمایی نشد", "Not verified"),
    "says_valid": (
        "همهٔ بررسی‌هایی که از روی پرونده شدنی است، از آغاز انتخابات تا نتیجه، انجام شد و هر یک برقرار بود. نتیجهٔ منتشرشده همان است"
        " که از"
        " رأی‌های ثبت‌شده در این پرونده به دست می‌آید.",
        "Every check that the file allows, from the setup to the result, was made, and each one holds. The published result is the"
        " one that the"
        " ballots in this file give.",
    ),
    "says_open": (
        "آنچه تا زمان این بررسی در پرونده ثبت شده، بررسی شد و برقرار بود. رأی‌گیری یا شمارش هنوز پایان نیافته است؛ این گزارش دربارهٔ"
        " نتیجه چیزی"
        " نمی‌گوید.",
        "What the file held at the time was checked, and holds. Voting or counting has not ended; this report says nothing about a result.",
    ),
    "says_invalid": (
        "{count} ایراد یافته شد که در بخش «ایرادها» یک به یک آمده است. تا زمانی که این ایرادها توضیح داده نشود، این پرونده را"
        " نمی‌توان پشتوانهٔ"
        " درستی نتیجه دانست.",
        "{count} faults were found; they are listed under “Findings”. Unless they are explained, this file does not support the result.",
    ),
    "says_incomplete": (
        "پرونده پیش از پایان خود بریده شده است. آنچه در آن هست برقرار است، اما پرونده باید دوباره و کامل دریافت و بررسی شود.",
        "The file breaks off before its end. What is there holds, but the whole file must be obtained and checked again.",
    ),
    "says_unsupported": (
        "پرونده بخش‌هایی از پروتکل را به کار می‌برد که این نسخهٔ برنامه بررسی نمی‌کند. این به معنای نادرستی پرونده نیست.",
        "The file uses parts of the protocol that this version of the program does not check. That does not mean that anything is false.",
    ),
    "comma": ("، ", ", "),
    "quoted": ("«{text}»", "“{text}”"),
    # ---- what was checked
    "matter": ("موضوع بررسی", "What was verified"),
    "election": ("عنوان انتخابات", "Election"),
    "source": ("منبع پرونده", "Source of the file"),
    "standard_input": ("ورودی استاندارد", "standard input"),
    "address": ("نشانی دریافت", "Fetched from"),
    "size": ("اندازهٔ پرونده", "Size of the file"),
    "bytes": ("{number} بایت", "{number} bytes"),
    "moment": ("زمان بررسی", "Time of the verification"),
    "moment_value": ("{jalali} به وقت تهران، برابر با {gregorian} میلادی به وقت جهانی", "{gregorian} UTC; {jalali} in Tehran"),
    "stage": ("آخرین رویداد", "Last event"),
    "stage_value": ("{name}، ردیف {height}", "{name}, number {height}"),
    # ---- checks
    "checks": ("بررسی‌ها", "Checks"),
    "checks_intro": (
        "هر بررسی مستقل از گفتهٔ برگزارکنندگان و تنها از روی بایت‌های پرونده انجام شده است. در پایان هر قاعده، بند مربوط در سند"
        " پروتکل برنامه آمده است.",
        "Each check uses nothing but the bytes of the file and trusts nobody. The sign § gives the section of the program’s protocol"
        " document.",
    ),
    "check": ("بررسی", "Check"),
    "rule": ("قاعده", "Rule"),
    "outcome": ("نتیجه", "Outcome"),
    "holds": ("برقرار است", "holds"),
    "fails": ("برقرار نیست", "fails"),
    "not checked": ("بررسی نشد", "not checked"),
    "count_of_findings": ("{count} ایراد", "{count} findings"),
    "because": ("زیرا بررسی {numbers} برقرار نیست", "because check {numbers} fails"),
    "not_yet": ("موضوع آن هنوز رخ نداده است", "its matter has not happened yet"),
    "outside": ("در پرونده نیست", "not in the file"),
    "none_given": ("نسخهٔ پیشینی داده نشده است", "no earlier copy was given"),
    "check1": ("ساختار پرونده و زنجیرهٔ رویدادها", "Container and chain"),
    "rule1": (
        "پرونده فقط شامل اجزای مقرر است؛ محتوای هر جزء با اثرانگشت دیجیتالی (SHA-256) که نام آن است می‌خواند؛ و هر رویداد به رویداد"
        " پیش از خود"
        " زنجیر شده است. پس از ثبت، چیزی تغییر نکرده، افزوده یا برداشته نشده است.",
        "The file holds its prescribed parts and nothing else; the contents of each part have the digest (SHA-256) that is its name;"
        " every event"
        " is chained to the one before. Nothing was changed, added or taken out after it was recorded.",
    ),
    "check2": ("ترتیب رویدادها", "Order of events"),
    "rule2": (
        "رویدادها به ترتیب مقرر رخ داده است: رأی‌گیری یک بار پایان یافته، پس از آن رأیی ثبت نشده و پس از نتیجه چیزی نیامده است.",
        "The events follow the prescribed order: voting ended once, no ballot came after, and nothing follows the result.",
    ),
    "check3": ("تعریف انتخابات", "Definition of the election"),
    "rule3": (
        "پرسش‌ها، نامزدها، حداقل و حداکثر انتخاب‌ها و کلید عمومی انتخابات درست و معتبر نوشته شده است.",
        "Questions, candidates, limits of choice and public key of the election are well formed.",
    ),
    "check4": ("کلیدداران", "Key-holders"),
    "rule4": (
        "هر کلیددار دانستن کلید خصوصی خود را اثبات کرده و کلید انتخابات فقط از کلیدهای همین اشخاص ساخته شده است؛ در گروه‌های آستانه‌ای،"
        " تولید کلید مشترک نیز بررسی شده است.",
        "Each key-holder proved knowledge of the own private key, and the election’s key is made of theirs and of nothing else; for"
        " threshold"
        " groups the joint generation of the key is checked as well.",
    ),
    "check5": ("فهرست شناسه‌های رأی‌دهندگان", "List of voter identifiers"),
    "rule5": (
        "شناسه‌های بی‌نام رأی‌دهندگان معتبر است، هیچ شناسه‌ای دو بار نیامده و وزن هر رأی معلوم است؛ گواهی صادرکنندهٔ شناسه‌ها، اگر"
        " باشد، درست است.",
        "The nameless identifiers of the voters are valid, none is listed twice, and the weight of each is stated; the certificate of the"
        " authority that issued them, if there is one, holds.",
    ),
    "check6": ("تک‌تک رأی‌ها", "Every single ballot"),
    "rule6": (
        "هر رأی به همین انتخابات تعلق دارد، دارندهٔ یکی از شناسه‌های فهرست آن را امضا کرده و اثبات‌های همراه آن نشان می‌دهد که"
        " بدون گشودن رأی،"
        " انتخاب‌های درون آن مجاز است.",
        "Each ballot belongs to this election and is signed by the holder of a listed identifier, and its proofs show, without"
        " opening it, that"
        " the choices in it are allowed ones.",
    ),
    "check7": ("حاصل‌جمع رمزشده", "Encrypted tally"),
    "rule7": (
        "حاصل‌جمع رمزشده دقیقاً از آخرین رأی هر شناسه، با وزن آن، به دست آمده است: نه رأیی کنار گذاشته شده، نه افزوده و نه دو بار"
        " شمرده شده است.",
        "The encrypted sum is that of the last ballot of each identifier, by its weight: no ballot was left out, added or counted twice.",
    ),
    "check8": ("بُر زدن رأی‌ها", "Shuffles"),
    "rule8": (
        "در پرسش‌هایی که رأی‌ها تک به تک گشوده می‌شود، هر کلیددار یک بار رأی‌ها را بُر زده و اثبات کرده که هیچ رأیی را تغییر نداده"
        " است؛ در"
        " پرسش‌های دیگر بُر زدن لازم نیست و نباید باشد.",
        "Where votes are opened one by one, every key-holder shuffled them once and proved that no vote was changed; elsewhere there"
        " is nothing"
        " to shuffle.",
    ),
    "check9": ("رمزگشایی‌های جزئی", "Partial decryptions"),
    "rule9": (
        "هر رمزگشایی منتشرشده از آن یک کلیددار معین است، از هر کلیددار بیش از یکی نیست و اثبات شده که با کلید خود او و روی همین"
        " حاصل‌جمع انجام"
        " شده است.",
        "Each published decryption is of one known key-holder, at most one of each, and proven to be made with that person’s key on"
        " this very sum.",
    ),
    "check10": ("نتیجه", "Result"),
    "rule10": (
        "عددهای منتشرشده همان است که از رمزگشایی‌ها به دست می‌آید و هیچ عددی از مجموع وزن رأی‌ها بیشتر نیست.",
        "The published counts are what the decryptions give, and none exceeds the weight of the ballots.",
    ),
    "check11": ("فهرست رأی‌دهندگان واجد شرایط", "Electoral roll"),
    "rule11": (
        "فهرست نام‌دار رأی‌دهندگان عمومی نیست و در پرونده نمی‌آید. شمار شناسه‌ها و مجموع وزن آنها باید جداگانه با آن فهرست سنجیده شود.",
        "The roll with names is not public and not in the file. The number of identifiers and their weight must be compared with it"
        " separately.",
    ),
    "check12": ("نسخهٔ پیشین", "Earlier copy"),
    "rule12": (
        "اگر نسخه‌ای پیشین از همین پرونده در دست باشد، پروندهٔ کنونی دقیقاً با آن آغاز می‌شود.",
        "Where an earlier copy of the file is at hand, this file begins with exactly that copy.",
    ),
    # ---- findings
    "findings": ("ایرادها", "Findings"),
    "no_findings": ("ایرادی یافته نشد.", "Nothing was found that does not hold."),
    "findings_intro": (
        "شرح فنی هر ایراد به زبان انگلیسی و به همان عبارتی است که برنامه گزارش می‌کند.",
        "Each finding in the words of the program.",
    ),
    "section": ("بند", "Section"),
    "finding": ("شرح", "Finding"),
    "more_findings": ("و {count} ایراد دیگر از همین بررسی", "and {count} more of this check"),
    # ---- figures
    "figures": ("ارقام", "Figures"),
    "credentials": ("شمار شناسه‌های رأی‌دهندگان", "Voter identifiers"),
    "credentials_weight": ("مجموع وزن شناسه‌ها", "Weight of all identifiers"),
    "ballots": ("شمار رأی‌های ثبت‌شده", "Ballots recorded"),
    "replaced": ("رأی‌هایی که رأی بعدی همان شناسه جای آنها را گرفته", "Ballots replaced by a later one of the same identifier"),
    "kept": ("شمار رأی‌هایی که به حساب می‌آید", "Ballots that count"),
    "kept_weight": ("مجموع وزن رأی‌هایی که به حساب می‌آید", "Weight of the ballots that count"),
    "trustees": ("شمار کلیدداران", "Key-holders"),
    "decryptions": ("رمزگشایی‌های معتبر", "Valid partial decryptions"),
    "shuffles": ("شمار بُر زدن‌ها", "Shuffles"),
    # ---- fingerprints
    "fingerprints": ("اثرانگشت‌ها", "Fingerprints"),
    "fingerprints_intro": (
        "این عبارت‌ها را با آنچه برگزارکنندگان پیش از آغاز رأی‌گیری اعلام کرده‌اند، و با آنچه دیگران در دست دارند، حرف به حرف بسنجید.",
        "Compare these, letter by letter, with what was announced before voting began and with what others hold.",
    ),
    "election_print": ("تعریف انتخابات", "Definition of the election"),
    "trustees_print": ("کلیدداران", "Key-holders"),
    "credentials_print": ("فهرست شناسه‌ها", "List of identifiers"),
    "certificate_print": ("گواهی صادرکنندهٔ شناسه‌ها", "Certificate of the authority"),
    "tally_print": ("حاصل‌جمع رمزشده", "Encrypted tally"),
    "last_event": ("آخرین رویداد", "Last event"),
    "archive_print": ("کل پرونده (SHA-256)", "The whole file (SHA-256)"),
    "trustee": ("کلیددار {number}", "Key-holder {number}"),
    "one_of_group": ("عضو گروهی که {needed} نفر از {size} نفر آن کافی است", "of a group of whom {needed} of {size} are enough"),
    # ---- results
    "results": ("نتیجه به تفکیک", "Result"),
    "no_result": ("نتیجه‌ای که بتوان آن را تأیید کرد در پرونده نیست.", "The file holds no result that could be confirmed."),
    "answer": ("گزینه", "Answer"),
    "votes": ("رأی", "Votes"),
    "blank": ("رأی سفید", "Blank votes"),
    "list": ("فهرست «{name}»", "List “{name}”"),
    "revealed": (
        "{count} رأی گشوده شد. هر سطر یک رأی است: عددی برای هر گزینه، به ترتیب گزینه‌ها.",
        "{count} votes were opened. A line is a vote: a number for each answer, in their order.",
    ),
    "more_votes": ("و {count} رأی دیگر", "and {count} more votes"),
    "counting": (
        "شمارش با روش {method}. این شمارش بیرون از اثبات‌های رمزنگاری است؛ هر کس می‌تواند آن را از روی رأی‌های گشوده‌شده تکرار کند."
        " شرح مراحل آن به زبان انگلیسی است.",
        "Counted by {method}. The counting is outside the cryptographic proofs; anybody can repeat it from the votes that were opened.",
    ),
    "place": ("رتبه", "Place"),
    "tie": ("{names} (برابر)", "{names} (tie)"),
    # ---- with what
    "means": ("ابزار بررسی", "What it was made with"),
    "program": ("برنامه", "Program"),
    "program_value": ("صندوق، نسخهٔ {version}", "Sandogh, version {version}"),
    "files_print": ("اثرانگشت پرونده‌های برنامه", "Digest of the program’s files"),
    "files_command": ("دستور به دست آوردن آن", "How to obtain it"),
    "python": ("پایتون", "Python"),
    "machine": ("رایانه", "Machine"),
    "libraries": ("کتابخانه‌ها", "Libraries"),
    # ---- repeating
    "repeat": ("چگونه این بررسی را تکرار کنید", "How to repeat this"),
    "repeat_intro": (
        "هر کس با همین پرونده و همین دستورها باید به همین نتیجه برسد. برای بررسی پرونده به شبکه نیاز نیست.",
        "With the same file and these commands anybody must come to the same conclusion. No network is needed to check the file.",
    ),
    "repeat_digest": (
        "دستور sha256sum باید همان اثرانگشتی را نشان دهد که در این گزارش برای «کل پرونده» آمده است.",
        "sha256sum must show the digest that this report gives for “the whole file”.",
    ),
    "repeat_other": (
        "برای تکرار با برنامه‌ای که دیگران نوشته‌اند، belenios-tool همین قالب پرونده را می‌خواند؛ نسخهٔ ۲٫۰ گروه BELENIOS-2048 را"
        " می‌شناسد و نسخه‌های ۳ گروه Ed25519 را نیز.",
        "To repeat it with a program written by others: belenios-tool reads the same files; version 2.0 knows the group"
        " BELENIOS-2048, versions 3"
        " also Ed25519.",
    ),
    # ---- limits
    "limits": ("آنچه این گزارش اثبات نمی‌کند", "What this report does not prove"),
    "limit1": (
        "اینکه شناسه‌ها به اشخاص واجد شرایط داده شده است. شمار شناسه‌ها باید با فهرست رأی‌دهندگان و با سوابق ارسال سنجیده شود.",
        "That the identifiers went to those entitled to vote. Their number must be compared with the roll and with the records of sending.",
    ),
    "limit2": (
        "اینکه رأی‌دهنده به میل خود و بی‌اجبار یا تطمیع رأی داده است.",
        "That voters chose freely, without coercion or bribery.",
    ),
    "limit3": (
        "اینکه دستگاه رأی‌دهنده همان انتخاب او را رمز کرده است. رأی‌دهنده می‌تواند پیش از ثبت، رأی رمزشده را به آزمون بگذارد، و پس از"
        " ثبت با کد"
        " رهگیری ببیند که رأی او در پرونده هست.",
        "That a voter’s device encrypted what was chosen. A voter can challenge the sealed ballot before casting it, and afterwards"
        " find it in"
        " the file by its tracking code.",
    ),
    "limit4": (
        "اینکه کلیدداران با تبانی رأی شخص معینی را نگشوده‌اند. محرمانگی رأی به درست‌کاری شمار لازم آنان وابسته است.",
        "That key-holders did not together open a single person’s vote. The secrecy of votes rests on enough of them being honest.",
    ),
    "limit5": (
        "اینکه پروندهٔ بررسی‌شده همان است که دیگران دیده‌اند. اثرانگشت آخرین رویداد را با نسخه‌هایی که دیگران در دست دارند بسنجید.",
        "That others saw the same file. Compare the fingerprint of the last event with copies that others hold.",
    ),
    "limit6": (
        "حکم حقوقی دربارهٔ صحت انتخابات. این گزارش تنها نتیجهٔ یک بررسی فنی است.",
        "Any legal judgement on the election. This is the result of a technical check and nothing more.",
    ),
    # ---- signature
    "signature": ("گواهی کارشناس", "Statement of the expert"),
    "signature_intro": (
        "اینجانب بررسی یادشده را با دستورهای بالا و روی پرونده‌ای با اثرانگشت مندرج در این گزارش انجام دادم.",
        "I carried out the verification described above, with the commands given, on the file with the digest stated in this report.",
    ),
    "name": ("نام و نام خانوادگی", "Name"),
    "capacity": ("سمت و شمارهٔ پروانه", "Capacity and licence number"),
    "date": ("تاریخ", "Date"),
    "sign": ("امضا و مهر", "Signature and seal"),
    "page": ("صفحهٔ {page} از {pages}", "Page {page} of {pages}"),
}

#: The names of events as people say them.
EVENTS: dict[str, tuple[str, str]] = {
    "Setup": ("برپایی", "setup"),
    "Ballot": ("رأی", "ballot"),
    "EndBallots": ("پایان رأی‌گیری", "end of voting"),
    "EncryptedTally": ("حاصل‌جمع رمزشده", "encrypted tally"),
    "Shuffle": ("بُر زدن", "shuffle"),
    "EndShuffles": ("پایان بُر زدن", "end of shuffles"),
    "PartialDecryption": ("رمزگشایی جزئی", "partial decryption"),
    "Result": ("نتیجه", "result"),
}


#: The months of the Gregorian calendar.
MONTHS: tuple[tuple[str, str], ...] = (
    ("ژانویه", "January"),
    ("فوریه", "February"),
    ("مارس", "March"),
    ("آوریل", "April"),
    ("مه", "May"),
    ("ژوئن", "June"),
    ("ژوئیه", "July"),
    ("اوت", "August"),
    ("سپتامبر", "September"),
    ("اکتبر", "October"),
    ("نوامبر", "November"),
    ("دسامبر", "December"),
)


class Words:
    """The sentences of one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._place = 0 if language == "fa" else 1

    def __call__(self, key: str, **fields: object) -> str:
        """The sentence of this key, its fields filled in."""
        return TEXTS[key][self._place].format(**fields)

    def event(self, kind: str) -> str:
        """The name of a type of events."""
        return EVENTS[kind][self._place]

    def number(self, value: int) -> str:
        """A number with groups of three, in the digits of the language."""
        grouped = f"{value:,}"
        return fa_digits(grouped).replace(",", "٬") if self.language == "fa" else grouped

    def section(self, sections: str) -> str:
        """A section of the protocol's document: «بند ۷.۲», "§7.2"."""
        return f"بند\u00a0{fa_digits(sections.removeprefix('§'))}" if self.language == "fa" else sections

    def gregorian(self, moment: datetime) -> str:
        """A date of the Gregorian calendar with the time of day."""
        month = MONTHS[moment.month - 1][self._place]
        return self.digits(f"{moment.day} {month} {moment.year}{self('comma')}{moment:%H:%M:%S}")

    def digits(self, text: object) -> str:
        """The text's digits in those of the language."""
        return fa_digits(text) if self.language == "fa" else str(text)

    def listed(self, numbers: tuple[int, ...]) -> str:
        """«۳ و ۵», "3 and 5"."""
        return (" و " if self.language == "fa" else " and ").join(map(self.number, numbers))
