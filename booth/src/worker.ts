// SPDX-License-Identifier: Apache-2.0
/** The worker of elections in the group Ed25519. */
import "./old-browsers";
import { ED25519 } from "./protocol/ed25519";
import { serve } from "./sealing-worker";

serve(ED25519);
