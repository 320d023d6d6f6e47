// SPDX-License-Identifier: Apache-2.0
/** The booth's page: reads what the server put into it, starts the session and draws it. */
import { render } from "preact";
import { votingApi } from "./api";
import { ServerClock } from "./clock";
import type { BoothData } from "./data";
import { keepHistory } from "./history";
import { messagesFor } from "./messages";
import { Runner } from "./runner";
import { openSealer, type Sealer } from "./sealing";
import { wouldLose } from "./session";
import { App, ExitButton } from "./views/app";
import { UnsupportedView } from "./views/ending";
import { BoothContext, type Booth } from "./views/parts";

/** A tap on a link to another program looks to the browser like leaving the page; no warning for so long. */
const OUTSIDE = 3000;

/** The server's time is that of the page's first byte; the rest of the page may have taken a while on a slow line. */
function pageAnswered(): number {
    const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
    return navigation?.responseStart ?? performance.now();
}

async function start(main: HTMLElement): Promise<void> {
    const data = JSON.parse(document.getElementById("booth-data")?.textContent ?? "null") as BoothData;
    const t = await messagesFor(data.language, import.meta.url);
    const key = `sandogh.credential.${data.slug}`;
    const elapsed = (): number => performance.now();
    const clock = new ServerClock(data.now, pageAnswered(), elapsed);
    const sealer = (): Promise<Sealer> => openSealer(main.dataset["worker"] ?? "", data.election, data.session.id);
    const runner = new Runner({
        data,
        clock,
        api: votingApi({
            urls: data.urls,
            csrf: data.csrf,
            fetch: (input, init) => fetch(input, init),
            wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
            mark: elapsed,
        }),
        openSealer: sealer,
        credential: { read: () => sessionStorage.getItem(key), forget: () => sessionStorage.removeItem(key) },
        go: (url) => location.replace(url),
        hidden: () => document.hidden,
    });
    const trail = keepHistory(runner, window);

    let outside = false;
    const booth: Booth = {
        t,
        data,
        runner,
        clock,
        goBack: () => trail.goBack(),
        openSealer: sealer,
        load: (name) => import(/* @vite-ignore */ new URL(name, import.meta.url).href),
        shown: { heading: false },
        goingOut: () => {
            outside = true;
            setTimeout(() => (outside = false), OUTSIDE);
        },
    };

    addEventListener("beforeunload", (event) => {
        if (outside || !wouldLose(runner.state)) return;
        event.preventDefault();
        // Browsers before 2023 ask only if there is a value.
        // eslint-disable-next-line @typescript-eslint/no-deprecated
        event.returnValue = true;
    });
    document.addEventListener("visibilitychange", () => {
        if (!document.hidden) runner.wake(false);
    });
    addEventListener("online", () => runner.wake(true));
    watchOtherWindows(data, runner);

    main.replaceChildren();
    const header = document.querySelector("header.top");
    if (typeof BigInt !== "function" || typeof Worker !== "function") {
        render(<BoothContext.Provider value={booth}><UnsupportedView /></BoothContext.Provider>, main);
        return;
    }
    render(
        <BoothContext.Provider value={booth}>
            <App />
        </BoothContext.Provider>,
        main,
    );
    if (header) {
        const corner = document.createElement("div");
        header.append(corner);
        render(
            <BoothContext.Provider value={booth}>
                <ExitButton />
            </BoothContext.Provider>,
            corner,
        );
    }
    runner.start();
}

/** Windows of one browser share their login: one that logged in again takes over here as another device would (journey.md S14). */
function watchOtherWindows(data: BoothData, runner: Runner): void {
    if (typeof BroadcastChannel !== "function") return;
    const channel = new BroadcastChannel(`sandogh.${data.slug}`);
    channel.onmessage = (message: MessageEvent<unknown>) => {
        if (typeof message.data === "string" && message.data !== data.session.id) runner.send({ type: "stop", why: "elsewhere" });
    };
    channel.postMessage(data.session.id);
}

const main = document.getElementById("booth");
if (main) void start(main);
