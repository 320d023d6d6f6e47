// SPDX-License-Identifier: Apache-2.0
/** An election for the booth's tests and its harness: a small one, or the races of examples/sample-election.json; and the page data of one voter. */
import sample from "../../../examples/sample-election.json";
import type { BoothData, Candidate, Race } from "../../src/data";
import { deriveCredential, ED25519 } from "../../src/protocol";

export const CREDENTIAL = "Ab3dE-fGh7jK-Lm9nP-qRs2tU";
export const OTHER_CREDENTIAL = "Zb3dE-fGh7jK-Lm9nP-qRs2tU";
export const SESSION = "4kZ9mQ2wXy7TnB5vRc1GdH";
const UUID = "4kGvm3Qo5WbPLT";

/** The key is of no use to anyone: its secret is written here. */
const ELECTION_SECRET = 1405_0927n;

export function sampleRaces(): Race[] {
    return sample.races.map((race) => ({
        id: race.id,
        title: race.title,
        min: race.min_choices,
        max: race.max_choices,
        blank: false,
        seats_main: race.seats_main,
        seats_alternate: race.seats_alternate,
        order_note: "به ترتیب الفبای نام خانوادگی",
        candidates: [...race.candidates]
            .sort((a, b) => a.alphabetical_rank - b.alphabetical_rank)
            .map((one) => ({
                code: one.code,
                name: one.display_name,
                initials: `${one.given_name.slice(0, 1)}\u200c ${one.family_name.slice(0, 1)}`,
                field: one.field,
                city: one.city,
                bio: one.bio,
                photo: null,
            })),
    }));
}

/** Races of so many candidates, with limits. */
export function smallRaces(...shapes: { size: number; min: number; max: number; blank?: boolean }[]): Race[] {
    return shapes.map(({ size, min, max, blank = false }, index) => ({
        id: `race${index}`,
        title: `رقابت ${index}`,
        min,
        max,
        blank,
        seats_main: 1,
        seats_alternate: 0,
        order_note: "به ترتیب الفبا",
        candidates: Array.from({ length: size }, (_, place): Candidate => ({
            code: `${index}0${place}`,
            name: `نامزد ${index}-${place}`,
            initials: "ن",
            field: "رشته",
            city: "شهر",
            bio: place === 0 ? "معرفی" : "",
            photo: null,
        })),
    }));
}

export function electionText(races: readonly Race[]): string {
    const g = ED25519.fixedBase(ED25519.generator);
    return JSON.stringify({
        version: 1,
        description: "آزمایشی",
        name: "انتخابات آزمایشی",
        group: ED25519.name,
        public_key: ED25519.serialise([g(ELECTION_SECRET)]).join(),
        questions: races.map((race) => ({ answers: race.candidates.map((one) => one.name), ...(race.blank ? { blank: true } : {}), min: race.min, max: race.max, question: race.title })),
        uuid: UUID,
    });
}

export function publicOf(credential: string): string {
    return deriveCredential(credential, UUID, ED25519, ED25519.fixedBase(ED25519.generator)).public;
}

export const MINUTE = 60_000;

export function boothData(races: readonly Race[], now: number): BoothData {
    const { election, organisation } = sample;
    const base = `/e/${election.slug}`;
    return {
        election: electionText(races),
        slug: election.slug,
        title: election.title,
        organisation: organisation.short_name,
        races,
        voter: { greeting: "همکار گرامی آزاده پیش‌گام", mobile: "09****01" },
        session: { id: SESSION, public_credential: publicOf(CREDENTIAL), state: "authenticated", expires_at: now + 20 * MINUTE },
        now,
        election_ends_at: now + 363 * MINUTE,
        last_cast_at: now + 383 * MINUTE,
        inbound_number: election.rules.inbound_number,
        support: organisation.support,
        urls: {
            seal: `${base}/vote/seal/`,
            status: `${base}/vote/status/`,
            audit: `${base}/vote/audit/`,
            cast: `${base}/vote/cast/`,
            leave: `${base}/vote/leave/`,
            receipt: `${base}/receipt/`,
            landing: `${base}/`,
            login: `${base}/login/`,
            open: `https://vote.example${base}/open/`,
        },
        csrf: "token",
        language: "fa",
    };
}
