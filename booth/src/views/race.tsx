// SPDX-License-Identifier: Apache-2.0
/** One race (journey.md S5–S7): cards, search when there are many, the limit explained and kept, what was chosen, and the way on. */
import type { ComponentChildren, VNode } from "preact";
import { useRef, useState } from "preact/hooks";
import type { Candidate, Race } from "../data";
import { found } from "../search";
import { BLANK, chosen, isBlank, isFull, missing, type State } from "../session";
import { TimeWord } from "./clocks";
import { fill, Heading, Icon, useBooth, useRoomFor } from "./parts";
import { Trail } from "./trail";

/** From so many candidates on there is a search field. */
export const MANY = 12;

export function RaceView({ state, index }: { state: State; index: number }): VNode {
    const { t, data, runner } = useBooth();
    const [query, setQuery] = useState("");
    // Counts presses on something that is closed just now, so that the reason is said again.
    const [asked, setAsked] = useState(0);
    // The last such press was on «رأی سفید».
    const [forBlank, setForBlank] = useState(false);
    const field = useRef<HTMLInputElement>(null);
    const bar = useRoomFor();
    const race = data.races[index];
    if (!race) throw new Error("no such race");

    const blank = isBlank(state, index);
    const picked = chosen(state, index);
    const names = blank ? 0 : picked.length;
    const full = isFull(state, index);
    const short = missing(state, index);
    const limits = t.race.limits(race.min, race.max);
    const shown = race.candidates
        .map((candidate, place) => ({ candidate, place }))
        .filter(({ candidate }) => query === "" || found(query, [candidate.name, candidate.field, candidate.city]));
    const photos = race.candidates.every((candidate) => candidate.photo !== null);
    const why = blank ? t.race.blankChosen : forBlank && names > 0 ? t.race.blankClosed : short > 0 ? t.race.short(race.min, short) : full ? t.race.full(race.max) : "";
    // Who came back to change one race goes back from here; the trail leads to the others.
    const returning = state.furthest === data.races.length;
    const previous = data.races[index - 1];

    const toggle = (place: number): void => {
        setForBlank(place === BLANK);
        if (!picked.includes(place) && (place === BLANK ? names > 0 : full)) setAsked(asked + 1);
        else runner.send({ type: "toggle", race: index, answer: place });
    };
    const visit = (step: number): void => {
        setForBlank(false);
        if (short > 0 && step > index) setAsked(asked + 1);
        else runner.send({ type: "visit", step });
    };

    return (
        <>
            <div class="page page--booth">
                <Trail state={state} />
                <div class="booth booth--below">
                    <fieldset>
                        <legend class="vh">{t.race.legend(race.title, limits.text.replace("{limit}", limits.limit) + (race.blank ? t.race.orBlank : ""))}</legend>
                        <Heading>{race.title}</Heading>
                        <p class="lede lede--close">{fill(limits.text, { limit: <strong>{limits.limit}</strong> })}{race.blank && t.race.orBlank}</p>
                        {race.candidates.length > MANY && (
                            <div class="find">
                                <Icon name="search" />
                                <input
                                    ref={field}
                                    type="search"
                                    value={query}
                                    placeholder={t.race.search}
                                    aria-label={t.race.search}
                                    autocomplete="off"
                                    onInput={(event) => setQuery(event.currentTarget.value)}
                                />
                            </div>
                        )}
                        <p class="muted small cands__count" role="status">
                            {query === "" ? t.race.count(race.candidates.length, race.order_note) : t.race.found(shown.length, race.candidates.length)}
                        </p>
                        <ul class="cands">
                            {shown.map(({ candidate, place }) => (
                                <Card
                                    key={place}
                                    id={`c${index}-${place}`}
                                    candidate={candidate}
                                    photo={photos}
                                    on={picked.includes(place)}
                                    closed={full && !picked.includes(place)}
                                    onToggle={() => toggle(place)}
                                />
                            ))}
                        </ul>
                        {race.blank && (
                            <ul class="cands cands--blank">
                                <li class="cand">
                                    <Choice id={`c${index}-blank`} on={blank} closed={names > 0} onToggle={() => toggle(BLANK)}>
                                        <span>
                                            <b>{t.race.blank}</b>
                                            <small>{t.race.blankNote}</small>
                                        </span>
                                    </Choice>
                                </li>
                            </ul>
                        )}
                        {shown.length === 0 && (
                            <div class="sheet stack">
                                <p>{t.race.none}</p>
                                <button
                                    type="button"
                                    class="btn"
                                    onClick={() => {
                                        setQuery("");
                                        field.current?.focus();
                                    }}
                                >
                                    {t.race.all}
                                </button>
                            </div>
                        )}
                        {previous && (
                            <p class="booth__back">
                                <button type="button" class="btn btn--bare" onClick={() => visit(index - 1)}>
                                    <Icon name="back" />
                                    {t.race.previous(previous.title)}
                                </button>
                            </p>
                        )}
                    </fieldset>
                    <ChosenPanel race={race} picked={picked} onRemove={(place) => runner.send({ type: "toggle", race: index, answer: place })} />
                </div>
            </div>
            <section ref={bar} class="bar noprint" aria-label={t.race.barLabel}>
                <TimeWord state={state} />
                {why !== "" && (full || blank || asked > 0) && (
                    <p class="bar__word" id="why">
                        {why}
                    </p>
                )}
                <p class="vh" aria-live="assertive">
                    {asked > 0 && why !== "" ? why + "\u200b".repeat(asked % 2) : ""}
                </p>
                <div class="bar__main">
                    <div class="bar__count">
                        <b role="status" class="n">
                            {blank ? t.race.blank : fill(t.race.chosen, { count: <bdi>{t.digits(names)}</bdi>, max: <bdi>{t.digits(race.max)}</bdi> })}
                        </b>
                        {race.max <= MANY && (
                            <span class="pips" aria-hidden="true">
                                {Array.from({ length: race.max }, (_, pip) => (
                                    <i key={pip} class={pip < names ? "on" : ""} />
                                ))}
                            </span>
                        )}
                    </div>
                    <button
                        type="button"
                        class="btn btn--main"
                        aria-disabled={short > 0 ? "true" : undefined}
                        onClick={() => visit(returning ? data.races.length : index + 1)}
                    >
                        {returning ? t.race.toPreview : t.continue}
                        <Icon name="forward" />
                    </button>
                </div>
            </section>
        </>
    );
}

interface CardProps {
    readonly id: string;
    readonly candidate: Candidate;
    readonly photo: boolean;
    readonly on: boolean;
    readonly closed: boolean;
    readonly onToggle: () => void;
}

interface ChoiceProps {
    readonly id: string;
    readonly on: boolean;
    readonly closed: boolean;
    readonly onToggle: () => void;
    readonly children: ComponentChildren;
}

/** The whole card is the label. A closed one stays reachable and says why it is closed when pressed. */
function Choice({ id, on, closed, onToggle, children }: ChoiceProps): VNode {
    return (
        <>
            <input
                type="checkbox"
                id={id}
                checked={on}
                aria-disabled={closed ? "true" : undefined}
                onClick={(event) => {
                    if (closed) event.preventDefault();
                    if (closed) onToggle();
                }}
                onChange={onToggle}
            />
            <label class="cand__face" for={id}>
                <span class="tick">
                    <Icon name="tick" />
                </span>
                {children}
            </label>
        </>
    );
}

function Card({ id, candidate, photo, on, closed, onToggle }: CardProps): VNode {
    const { t } = useBooth();
    return (
        <li class="cand">
            <Choice id={id} on={on} closed={closed} onToggle={onToggle}>
                {photo && candidate.photo !== null ? (
                    <img class="face" src={candidate.photo} alt="" width="44" height="44" loading="lazy" />
                ) : (
                    <span class="face" aria-hidden="true">
                        {candidate.initials}
                    </span>
                )}
                <span>
                    <b>{candidate.name}</b>
                    <small>{candidate.field}</small>
                    <small>{candidate.city}</small>
                </span>
            </Choice>
            {candidate.bio !== "" && (
                <details>
                    <summary>
                        {t.race.about}
                        <span class="vh"> {candidate.name}</span>
                        <Icon name="down" />
                    </summary>
                    <p>{candidate.bio}</p>
                </details>
            )}
        </li>
    );
}

function ChosenPanel({ race, picked, onRemove }: { race: Race; picked: readonly number[]; onRemove: (place: number) => void }): VNode {
    const { t } = useBooth();
    const heading = useRef<HTMLHeadingElement>(null);
    return (
        <aside class="only-wide" aria-label={t.race.chosenHeading}>
            <div class="sheet sheet--near">
                <h2 tabIndex={-1} ref={heading}>
                    {t.race.chosenHeading}
                </h2>
                {picked.length === 0 ? (
                    <p class="muted small">{t.race.chosenNone}</p>
                ) : (
                    <ul class="chosen">
                        {picked.map((place) => {
                            const name = race.candidates[place]?.name ?? t.race.blank;
                            return (
                                <li key={place}>
                                    {name}
                                    <button
                                        type="button"
                                        aria-label={t.race.remove(name)}
                                        onClick={() => {
                                            onRemove(place);
                                            // The pressed button goes; the focus must not go with it.
                                            heading.current?.focus();
                                        }}
                                    >
                                        <Icon name="cross" />
                                    </button>
                                </li>
                            );
                        })}
                    </ul>
                )}
            </div>
        </aside>
    );
}
