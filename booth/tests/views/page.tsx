// SPDX-License-Identifier: Apache-2.0
/** The whole booth in a document without a browser: real views, runner, session, protocol; only the network ends in a server in memory. */
import { render } from "preact";
import { vi } from "vitest";
import { votingApi } from "../../src/api";
import { ServerClock } from "../../src/clock";
import type { BoothData, Race } from "../../src/data";
import { keepHistory } from "../../src/history";
import { en } from "../../src/messages/en";
import { fa } from "../../src/messages/fa";
import "../../src/pages/booth-challenge";
import { Runner } from "../../src/runner";
import { App, ExitButton } from "../../src/views/app";
import { BoothContext, type Booth } from "../../src/views/parts";
import { directSealer, type DirectSealer } from "../harness/direct";
import { boothData, CREDENTIAL } from "../harness/election";
import { FakeServer, fetchFrom } from "../harness/server";

/** What the script of its own brings, once it is fetched. */
const drawChallenge = globalThis.sandoghChallenge;

export interface Options {
    /** What the session storage of this device holds. */
    readonly credential?: string | null;
    readonly change?: (data: BoothData) => BoothData;
    readonly language?: "fa" | "en";
}

export class TestPage {
    readonly server: FakeServer;
    readonly runner: Runner;
    readonly sealers: DirectSealer[] = [];
    readonly went: string[] = [];
    stored: string | null;
    hidden = false;
    /** The scripts that were fetched, and whether none comes. */
    readonly loaded: string[] = [];
    unreachable = false;
    /** What comes of making a ballot again, instead of a verdict. */
    breakChecks: Error | null = null;
    readonly main = document.createElement("main");
    readonly #stop: () => void;

    constructor(races: readonly Race[], { credential = CREDENTIAL, change = (same) => same, language = "fa" }: Options = {}) {
        vi.useFakeTimers({ now: 1_795_000_000_000 });
        globalThis.sandoghChallenge = undefined;
        this.stored = credential;
        const data = change(boothData(races, Date.now()));
        this.server = new FakeServer(data, () => Date.now());
        const clock = new ServerClock(data.now, performance.now(), () => performance.now());
        const openSealer = (): Promise<DirectSealer> => {
            const sealer = directSealer(data.election, data.session.id);
            this.sealers.push(sealer);
            const check = sealer.check.bind(sealer);
            sealer.check = (opening) => (this.breakChecks ? Promise.reject(this.breakChecks) : check(opening));
            return Promise.resolve(sealer);
        };
        this.runner = new Runner({
            data,
            clock,
            api: votingApi({
                urls: data.urls,
                csrf: data.csrf,
                fetch: fetchFrom(this.server),
                wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
                mark: () => performance.now(),
            }),
            openSealer,
            credential: { read: () => this.stored, forget: () => (this.stored = null) },
            go: (url) => this.went.push(url),
            hidden: () => this.hidden,
        });
        const trail = keepHistory(this.runner, window);
        const booth: Booth = {
            t: language === "en" ? en : fa,
            data,
            runner: this.runner,
            clock,
            goBack: () => trail.goBack(),
            goingOut: () => undefined,
            openSealer,
            load: (name) => {
                this.loaded.push(name);
                if (this.unreachable) return Promise.reject(new Error("no network"));
                globalThis.sandoghChallenge = drawChallenge;
                return Promise.resolve();
            },
            shown: { heading: false },
        };
        document.body.replaceChildren(this.main);
        const corner = document.createElement("header");
        document.body.prepend(corner);
        render(
            <BoothContext.Provider value={booth}>
                <App />
            </BoothContext.Provider>,
            this.main,
        );
        render(
            <BoothContext.Provider value={booth}>
                <ExitButton />
            </BoothContext.Provider>,
            corner,
        );
        this.#stop = () => {
            render(null, this.main);
            render(null, corner);
            trail.stop();
            vi.useRealTimers();
        };
        this.runner.start();
    }

    close(): void {
        this.#stop();
    }

    /** Lets so much time pass, with all that happens in it. */
    async pass(milliseconds = 50): Promise<void> {
        await vi.advanceTimersByTimeAsync(milliseconds);
    }

    get text(): string {
        return document.body.textContent.replace(/\u200b/g, "");
    }

    get heading(): string {
        return this.main.querySelector("h1")?.textContent ?? "";
    }

    get code(): string | null {
        const code = this.main.querySelector(".votecode bdi")?.textContent ?? null;
        return code === null ? null : code.replace(/[۰-۹]/g, (digit) => String(digit.charCodeAt(0) - 0x06f0));
    }

    all(selector: string): HTMLElement[] {
        return Array.from(document.body.querySelectorAll<HTMLElement>(selector));
    }

    one(selector: string): HTMLElement {
        const [element, ...others] = this.all(selector);
        if (!element || others.length > 0) throw new Error(`${others.length + (element ? 1 : 0)} of ${selector}`);
        return element;
    }

    /** The button or link with this text. */
    button(text: string): HTMLElement {
        const matching = this.all("button, a").filter((element) => element.textContent.trim() === text);
        if (matching.length !== 1) throw new Error(`${matching.length} of «${text}» on «${this.heading}»`);
        return matching[0]!;
    }

    async press(text: string): Promise<void> {
        this.button(text).click();
        await this.pass();
    }

    async choose(...places: number[]): Promise<void> {
        for (const place of places) {
            this.all(".cand input")[place]!.click();
            await this.pass();
        }
    }

    get chosen(): boolean[] {
        return this.all(".cand input").map((input) => (input as HTMLInputElement).checked);
    }

    get count(): string {
        return this.one(".bar__count b").textContent;
    }

    /** To the preview with these choices, and until its code is shown. */
    async toPreview(...choices: number[][]): Promise<void> {
        await this.pass();
        for (const list of choices) {
            await this.choose(...list);
            await this.press("ادامه");
        }
        await this.pass(200);
    }
}
