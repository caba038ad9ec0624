/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands that talk to a lab have in common. */
#pragma once

#include "cli/command.h"
#include "lab/lab.h"

#define WARD_OPTION_LAB                                                                            \
	WARD_OPTION("lab", 0, TEXT, lab, "NAME", NULL,                                             \
		    "which lab, when there are several; else \"ward\"")

struct ward_lab ward_cli_lab(const struct ward_cli *cli);
struct ward_lab_output ward_cli_lab_output(const struct ward_cli *cli);

/* The exit code of what a function of the lab returned; tells the user, takes @why. */
int ward_cli_lab_exit(const struct ward_cli *cli, int r, char *why);
