// SPDX-License-Identifier: Apache-2.0
/** The credential, typed from the invitation message: on a device that was not reached through its link (ARCHITECTURE.md §3). */
import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { CredentialProblem } from "../session";
import { fill, Heading, Icon, Ltr, Note, useBooth, Wait } from "./parts";

const EXAMPLE = "Ab3dE-fGh7jK-Lm9nP-qRs2tU";

export function CredentialView({ checking, problem }: { checking: boolean; problem: CredentialProblem | null }): VNode {
    const { t, data, runner } = useBooth();
    const [text, setText] = useState("");
    const [empty, setEmpty] = useState(false);
    const field = useRef<HTMLInputElement>(null);
    const c = t.credential;
    const bad = !checking && (empty || problem !== null);

    useEffect(() => {
        if (problem !== null) field.current?.focus();
    }, [problem, checking]);

    const submit = (event: SubmitEvent): void => {
        event.preventDefault();
        setEmpty(text.trim() === "");
        if (text.trim() === "") field.current?.focus();
        else void runner.type(text.trim());
    };

    return (
        <div class="page page--form">
            <Heading>{c.heading}</Heading>
            <p class="lede">{fill(c.greeting, { greeting: data.voter.greeting })}</p>
            <p class="muted">{c.why}</p>
            <div class="slot">
                <form class="sheet stack" noValidate onSubmit={submit}>
                    <div class={bad ? "field field--bad" : "field"}>
                        <label class="field__name" for="credential">
                            {c.name}
                        </label>
                        <p class="field__hint" id="credential-hint">
                            {c.hint}
                        </p>
                        <input
                            ref={field}
                            class="field__box field__box--credential"
                            id="credential"
                            dir="ltr"
                            lang="en"
                            value={text}
                            autocomplete="off"
                            autocapitalize="none"
                            autocorrect="off"
                            spellcheck={false}
                            aria-invalid={bad}
                            aria-describedby={bad ? "credential-error credential-hint" : "credential-hint"}
                            onInput={(event) => setText(event.currentTarget.value)}
                        />
                        <div role="alert">
                            {bad && (
                                <p class="field__error" id="credential-error">
                                    <Icon name="alert" />
                                    <span>
                                        {empty
                                            ? c.empty
                                            : fill(c[problem ?? "length"], {
                                                  example: <Ltr>{EXAMPLE}</Ltr>,
                                                  mobile: <Ltr>{t.digits(data.voter.mobile)}</Ltr>,
                                                  strangers: <Ltr>0 O I l</Ltr>,
                                              })}
                                    </span>
                                </p>
                            )}
                        </div>
                    </div>
                    {checking ? (
                        <div role="status">
                            <Wait>{c.checking}</Wait>
                        </div>
                    ) : (
                        <button type="submit" class="btn btn--main wide">
                            {c.submit}
                        </button>
                    )}
                    <p class="muted small">{c.easier}</p>
                </form>
            </div>
            <div class="after">
                <Note icon="info">{c.secret}</Note>
            </div>
        </div>
    );
}
