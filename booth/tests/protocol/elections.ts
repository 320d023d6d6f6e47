// SPDX-License-Identifier: Apache-2.0
/** Small elections for tests. */
import { type Election, type Group, parseElection, type Question } from "../../src/protocol";
import { dumps } from "../../src/protocol/canonical";

export const CREDENTIAL = "SztZS-owXfoo-n6o8k-RbHtZ2";

export const race = (size: number, min: number, max: number, blank = false): Question => ({
    answers: Array.from({ length: size }, (_, i) => `نامزد ${i}`),
    min,
    max,
    question: "رقابت",
    blank,
});

/** The text of an election whose private key is 7; nobody's votes depend on it. */
export function electionText<E>(group: Group<E>, questions: readonly Question[]): string {
    const [key] = group.serialise([group.power(group.generator, 7n)]);
    return dumps({
        version: 1,
        description: "",
        name: "انتخابات آزمایشی",
        group: group.name,
        public_key: key ?? "",
        questions: questions.map(({ answers, min, max, question, blank }) => ({ answers, ...(blank ? { blank } : {}), min, max, question })),
        uuid: "mk3kXqNQuFFLZ5",
    });
}

export const electionOf = <E>(group: Group<E>, questions: readonly Question[]): Election => parseElection(electionText(group, questions));
