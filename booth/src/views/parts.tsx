// SPDX-License-Identifier: Apache-2.0
/** The small parts of every screen: what a view is given, icons, headings that take the focus, notices, sentences with something filled in. */
import { createContext, type ComponentChildren, type VNode } from "preact";
import { useContext, useEffect, useRef } from "preact/hooks";
import type { ServerClock } from "../clock";
import type { BoothData } from "../data";
import type { Messages } from "../messages";
import type { Runner } from "../runner";
import type { Sealer } from "../sealing";

/** What every view may use. */
export interface Booth {
    readonly t: Messages;
    readonly data: BoothData;
    readonly runner: Runner;
    readonly clock: ServerClock;
    /** The next move leaves the page on purpose (to the messages app): do not warn. */
    readonly goingOut: () => void;
    /** Back to where the browser's own back button would lead. */
    readonly goBack: () => void;
    /** A worker of its own for this election, with nothing of the voter's in it. */
    readonly openSealer: () => Promise<Sealer>;
    /** Runs a script that stands beside the booth's. Rejects when it does not come. */
    readonly load: (name: string) => Promise<unknown>;
    /** Whether a heading was shown before: the page's first leaves the focus alone. */
    readonly shown: { heading: boolean };
}

export const BoothContext = createContext<Booth | null>(null);

export function useBooth(): Booth {
    const booth = useContext(BoothContext);
    if (!booth) throw new Error("a view outside the booth");
    return booth;
}

const ICONS = {
    tick: "m5 12.5 4.5 4.5L19 7.5",
    cross: "m6 6 12 12M18 6 6 18",
    down: "m6 9 6 6 6-6",
    forward: "M19 12H5m6-6-6 6 6 6",
    back: "M5 12h14m-6-6 6 6-6 6",
    exit: "M10 4H6a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h4m5-4 4-4-4-4m4 4H9",
    search: "M11 4.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13Zm9 15.5-4-4",
    edit: "M4 20h4L19 9l-4-4L4 16v4Z",
    message: "M4 5h16a1.5 1.5 0 0 1 1.5 1.5v9A1.5 1.5 0 0 1 20 17H9l-5 4v-4a1.5 1.5 0 0 1-1.5-1.5v-9A1.5 1.5 0 0 1 4 5Z",
    copy: "M10.5 8h7a2.5 2.5 0 0 1 2.5 2.5v7a2.5 2.5 0 0 1-2.5 2.5h-7A2.5 2.5 0 0 1 8 17.5v-7A2.5 2.5 0 0 1 10.5 8ZM16 8V6a2 2 0 0 0-2-2H6a2 2 0 0 0-2 2v8a2 2 0 0 0 2 2h2",
    alert: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 4.5V13m0 3v.01",
    clock: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 4v5l3 2",
    info: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 8v5.5m0-9v.01",
    devices: "M4.5 5h9a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2h-9a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2ZM6 19h6m5-10h3a1.5 1.5 0 0 1 1.5 1.5v8A1.5 1.5 0 0 1 20 20h-3a1.5 1.5 0 0 1-1.5-1.5v-8A1.5 1.5 0 0 1 17 9Z",
    box: "M4 10h16v9.5H4ZM8 10l1-6.5h6l1 6.5M9 14h6",
    phone: "M6 3h3l2 5-2.5 1.5a11 11 0 0 0 6 6L16 13l5 2v3a3 3 0 0 1-3 3A15 15 0 0 1 3 6a3 3 0 0 1 3-3Z",
} as const;

export type IconName = keyof typeof ICONS;

/** Arrows follow the page's direction; the door opens outwards. */
const TURNS: Readonly<Partial<Record<IconName, string>>> = { forward: "i i--along", back: "i i--along", exit: "i flip" };

export function Icon({ name }: { name: IconName }): VNode {
    return (
        <svg class={TURNS[name] ?? "i"} viewBox="0 0 24 24" aria-hidden="true">
            <path d={ICONS[name]} />
        </svg>
    );
}

/**
 * The heading of a screen. A new screen begins at its top and the focus is on its heading, so that keyboard and screen reader follow;
 * the first of the page is left alone, there the browser's own order is right. A passing screen is none of these.
 */
export function Heading({ children, title, passing = false }: { children: string; title?: string; passing?: boolean }): VNode {
    const { t, data, shown } = useBooth();
    const element = useRef<HTMLHeadingElement>(null);
    useEffect(() => {
        if (passing) return;
        const first = !shown.heading;
        shown.heading = true;
        if (first) return;
        scrollTo(0, 0);
        element.current?.focus({ preventScroll: true });
    }, []);
    useEffect(() => {
        document.title = t.pageTitle(title ?? children, data.organisation);
    }, [children, title]);
    return (
        <h1 tabIndex={-1} ref={element}>
            {children}
        </h1>
    );
}

/** What is focused is scrolled clear of the bar, however high its sentences make it (WCAG 2.4.11). */
export function useRoomFor(): { readonly current: HTMLElement | null } {
    const bar = useRef<HTMLElement>(null);
    useEffect(() => {
        const element = bar.current;
        if (!element || typeof ResizeObserver !== "function") return undefined;
        const { style } = document.documentElement;
        const observer = new ResizeObserver(() => {
            style.scrollPaddingBottom = `${element.offsetHeight + 12}px`;
        });
        observer.observe(element);
        return () => {
            observer.disconnect();
            style.scrollPaddingBottom = "";
        };
    }, []);
    return bar;
}

export function Note({ kind = "", icon, title, children }: { kind?: "ok" | "warn" | "bad" | ""; icon: IconName; title?: string; children?: ComponentChildren }): VNode {
    return (
        <div class={kind === "" ? "note" : `note note--${kind}`}>
            <Icon name={icon} />
            <p>
                {title !== undefined && <strong>{title}</strong>}
                {children}
            </p>
        </div>
    );
}

/** The text with each `{name}` replaced by what is given for it. */
export function fill(text: string, parts: Readonly<Record<string, ComponentChildren>>): ComponentChildren[] {
    return text.split(/\{(\w+)\}/).map((piece, index) => (index % 2 === 1 ? parts[piece] : piece));
}

/** A number, code or telephone number that reads from left to right inside Persian text. */
export function Ltr({ children }: { children: string }): VNode {
    return <bdi class="ltr">{children}</bdi>;
}

export function Wait({ children }: { children: ComponentChildren }): VNode {
    return (
        <p class="wait">
            <span class="wait__dots" aria-hidden="true">
                <i />
                <i />
                <i />
            </span>
            <span>{children}</span>
        </p>
    );
}

/** The beginning and the end of a hash: long enough that no other ballot is found in time that shows the same. */
export function ShortHash({ children }: { children: string }): VNode {
    return (
        <bdi class="hash" lang="en">
            {children.slice(0, 4)}…{children.slice(-4)}
        </bdi>
    );
}

/** `tel:` with ASCII digits, whatever the digits shown. */
export function telephone(value: string): string {
    const ascii = value.replace(/[۰-۹]/g, (digit) => String(digit.charCodeAt(0) - 0x06f0)).replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x0660));
    return `tel:${ascii.replace(/[^0-9+]/g, "")}`;
}

/** Whom to call; one filled button at most. */
export function Support({ main = false }: { main?: boolean }): VNode {
    const { t, data } = useBooth();
    return (
        <>
            {data.support.map(({ label, value }, index) => (
                <a key={value} class={main && index === 0 ? "btn btn--main wide" : "btn wide"} href={telephone(value)}>
                    <Icon name="phone" />
                    <span>{fill(t.call, { label, value: <Ltr>{value}</Ltr> })}</span>
                </a>
            ))}
        </>
    );
}
