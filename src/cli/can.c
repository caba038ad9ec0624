/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"
static const struct ward_option can_options[] = {WARD_OPTIONS_COMMON};
static int can_run(struct ward_cli *cli) { return 2; }
const struct ward_command ward_command_can = {.name="can",.summary="x",.options=can_options,.max_words=3,.run=can_run};
