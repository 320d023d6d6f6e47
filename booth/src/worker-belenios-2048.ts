// SPDX-License-Identifier: Apache-2.0
/** The worker of elections in the group BELENIOS-2048. */
import "./old-browsers";
import { BELENIOS_2048 } from "./protocol/belenios2048";
import { serve } from "./sealing-worker";

serve(BELENIOS_2048);
