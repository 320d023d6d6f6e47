// SPDX-License-Identifier: Apache-2.0
/** What the booth says, in English. */
import type { Messages } from "./fa";

const people = (count: number): string => (count === 1 ? "one person" : `${count} people`);

export const en: Messages = {
    digits: (text) => String(text),
    pageTitle: (heading, organisation) => `${heading} – ${organisation}`,
    exit: "Leave",
    back: "Back",
    continue: "Continue",
    support: "Support",
    call: "{label}: {value}",

    clocks: {
        label: "Time left",
        election: "Until the election ends",
        own: "To cast your vote",
        days: (days) => (days === 1 ? "1 day and" : `${days} days and`),
        announce: (minutes) => `Less than ${minutes === 1 ? "one minute" : `${minutes} minutes`} left to cast your vote.`,
        short: (minutes) => `Less than ${minutes === 1 ? "one minute" : `${minutes} minutes`} left.`,
        again: "Not enough? {login}",
        hint: "You get new time and choose the names anew.",
        last: "This is the last of the time: cast your vote now.",
        login: "Log in again",
        grace: "The election has ended. You logged in before its end and may vote until your own time is over.",
    },

    trail: { label: "Steps of voting", preview: "Preview", done: "done", position: (step, of) => `Step ${step} of ${of}` },

    loading: { heading: "Preparing the voting page", wait: "One moment…" },

    credential: {
        heading: "Type your invitation code",
        greeting: "{greeting}, you are logged in.",
        why: "This device does not have your invitation code. It is in the invitation message, at the end of the link, after the # sign.",
        easier: "Easier: open that link on this device, or copy the message and paste it here.",
        name: "Invitation code",
        hint: "Four groups of 5, 6, 5 and 6 characters joined by dashes; capital and small letters differ.",
        submit: "Continue",
        checking: "Checking…",
        empty: "Type the code from the invitation message.",
        length: "The code is not complete. It has 22 characters, as in {example}.",
        characters: "There is a character that no code has. A code has English letters and digits, and never {strangers}.",
        wrong: "This code does not belong to your name. Open the message that came to {mobile} for this very election and use that link or that code. Look again at capital and small letters and at digits.",
        secret: "This code does not leave your device and nobody is shown it. Send it to no one.",
    },

    race: {
        legend: (title, limits) => `${title}: ${limits}`,
        limits: (min, max) => {
            if (min === max) return { text: "Choose {limit}.", limit: `exactly ${people(max)}` };
            if (min === 0 && max === 1) return { text: "Choose {limit}, or nobody.", limit: "one person" };
            return { text: `Choose from ${min} to {limit}.`, limit: people(max) };
        },
        search: "Search by name or field",
        count: (count, note) => `${count} candidates${note === "" ? "" : `, ${note}`}`,
        found: (count, of) => `${count} of ${of} candidates found.`,
        none: "No candidate with this name or field.",
        all: "Show all candidates",
        about: "About",
        chosenHeading: "Your choices",
        chosenNone: "You have chosen nobody yet.",
        remove: (name) => `Remove ${name}`,
        barLabel: "Choices and continue",
        chosen: "{count} of {max} chosen",
        full: (max) => (max === 1 ? "One person is chosen. To change, first remove the choice." : `The limit of ${max} is reached. To change, first remove one.`),
        short: (min, missing) => `Choose at least ${people(min)}; ${people(missing)} to go.`,
        previous: (title) => `Back to ${title}`,
        toPreview: "To the preview",
        blank: "Blank vote",
        blankNote: "I vote for none of the candidates of this list",
        orBlank: " You may also cast a blank vote.",
        blankChosen: "You chose a blank vote. To choose a candidate, first remove it.",
        blankClosed: "For a blank vote, first remove the names that you chose.",
    },

    preview: {
        heading: "Preview",
        notYet: "has not been cast yet.",
        lede: "Your vote {notYet} Look at the names and then take the two steps.",
        edit: "Edit",
        blank: "Blank vote: you have chosen nobody.",
        nobody: "You have chosen nobody.",
        stepsLabel: "Two steps to cast your vote",
        sealing: "Your vote is being closed, without your name…",
        sealingHint: "On old phones this takes up to a minute.",
        registering: "Preparing the vote code…",
        codeLabel: "Vote code",
        textStep: "Text the vote code",
        send: "Send this code from your own mobile {mobile} to the number {number}.",
        newCode: "The vote code is new; earlier codes are of no use any more.",
        openSms: "Open messages",
        copy: "Copy",
        copied: "Copied",
        notCopied: "Not copied; please write the code down.",
        waiting: "Waiting for your message…",
        offline: "The connection is down",
        offlineText: "We look again every few seconds. If you have sent the message, do not send it again.",
        received: "Your message has arrived",
        receivedText: "Now take step 2.",
        unconfirmed: "This code is not confirmed yet",
        unconfirmedText: "Text the code that you see here from your own number.",
        signStep: "Sign and cast the vote",
        warning: "After “Sign and cast the vote” you cannot change your vote any more.",
        sign: "Sign and cast the vote",
        notYetSign: "This button wakes when your message has arrived.",
        hash: "Fingerprint of the sealed ballot: {hash}",
        test: "Test the vote",
        testHint: "Would you like to see what is in the sealed ballot?",
        help: "I sent the message and nothing happened",
        helpText: "Wait for a minute. If nothing comes, send the same code once more from the same number, or call support: {support}",
        barLabel: "Next step",
        barTwo: ["Not cast yet;", "two steps to go"],
        barOne: ["Message arrived;", "one step to go"],
        toCode: "See the vote code",
        toSign: "Go to step 2",
        titleReceived: "Message arrived",
    },

    casting: {
        heading: "Your vote is on its way to the box",
        text: "It is signed and being sent. Do not close this page.",
        wait: "Waiting for the box to answer…",
        slow: "On a slow line this takes up to two minutes. If no answer comes, the same vote is sent again and is not counted twice.",
    },

    done: { heading: "Your receipt is ready", text: "You are being taken to it.", link: "See the receipt" },

    leave: {
        heading: "Leave the voting page?",
        text: "Your vote has not been cast yet. If you leave, the names you chose are wiped and nothing stays on this device.",
        later: "Until the election ends you can log in again with the link in your message, and vote.",
        over: "The election's time is over: if you leave, you cannot vote any more.",
        stay: "Stay and go on",
        go: "Leave",
    },

    trouble: {
        network: {
            heading: "No answer came",
            text: "This device's connection is down or very slow. If a VPN is on, switch it off. When the connection is back we try again by ourselves.",
        },
        server: { heading: "The system does not answer at the moment", text: "This is not the fault of your device. Wait for a minute and try again." },
        device: { heading: "The vote could not be closed on this device", text: "Try again. If that does not help, update the browser or log in on another device." },
        refused: { heading: "This ballot was not accepted", text: "No vote was cast. “Try again” makes a fresh ballot of the same choices, with a new vote code." },
        other_window: {
            heading: "Your vote is open in another window too",
            text: "A new vote code was made in another window and the code of this page is of no use any more. Go on in that window, or get a new code here.",
        },
        kept: "Your choices are still on this page.",
        uncertain: "Your vote may have reached the box. “Try again” sends the same vote: if it did, you get the receipt, and it is not cast twice.",
        retry: "Try again",
        newCode: "Get a new code",
        stillNot: "Still not working?",
    },

    endings: {
        elsewhere: {
            heading: "This page was opened on another device",
            text: "Only one page stays open for each voter at any time. Someone logged in again with your details and this page was closed.",
        },
        expired: {
            heading: "Your time to cast the vote is over",
            text: "There is a set time from each login to casting, and it has passed. Log in again to vote; you can until the election ends.",
        },
        closed: { heading: "Voting is over", text: "No vote can be cast any more. The result is announced on the election's page after the count." },
        left: { heading: "You have left the voting page", text: "Until the election ends you can log in again with the link in your message, and vote." },
        signed_out: { heading: "Please log in again", text: "Your login was not found on this device. The browser may have removed it." },
        already_cast: { heading: "Your vote was already in the box", text: "Everyone votes once, and your vote is in the box. You can see its receipt." },
        credential_used: {
            heading: "A vote was already cast with your code",
            text: "The vote of this page was not cast. If you did not vote before, tell support at once.",
        },
        code_mismatch: {
            heading: "This page's vote code is not the system's",
            text: "That is why we do not show it: that code would not confirm your vote. If you logged in again in another window of this browser, go on there. Otherwise do not vote from this page, and tell support.",
        },
        tracker_mismatch: {
            heading: "The box's answer does not match your vote",
            text: "The box named another tracking code. This is the tracking code of the vote that this device sent; keep it and tell support and the supervisory board.",
        },
        names_mismatch: {
            heading: "The names on this page are not those of the election file",
            text: "The names that the system sent do not match the sealed election file. Do not vote from this page until the cause is known, and tell support.",
        },
        kind: {
            heading: "This question cannot be voted on here",
            text: "This kind of question is not supported in this browser. To vote, call support.",
        },
        nothing: "No vote was cast from this device and nothing stays on it.",
        nothingCast: "No vote was cast and your choices were wiped from this page.",
        login: "Log in again",
        landing: "The election's page",
        receipt: "See the receipt",
        tracker: "Tracking code",
        you: "Was it you?",
        youText: "Go on with that device. If you want to vote here, open the link of your message on this device and log in again; the page of that device is then closed.",
        youLogin: "Log in again on this device",
        notYou: "Was it not you?",
        notYouText: "Tell support at once.",
    },

    unsupported: {
        heading: "This browser is too old for voting",
        text: "Your vote is closed on this very device, and this browser cannot do that. Update the browser or log in on another device.",
    },
};
