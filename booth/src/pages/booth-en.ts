// SPDX-License-Identifier: Apache-2.0
/** The booth's English messages as a file of their own; see messages/index.ts. */
import { en } from "../messages/en";

globalThis.sandoghEnglish = en;
