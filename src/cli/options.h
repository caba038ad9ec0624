/* SPDX-License-Identifier: Apache-2.0 */
/* The parser of the option tables. */
#pragma once

#include "cli/command.h"

/* Parses @argv (@argc strings behind the command's name) into cli->args.  Options and words may be
 * mixed; behind "--" there are only words.  --name value, --name=value, -n value, -nvalue,
 * -n=value, -Ah.  0, or WARD_EXIT_ERROR when it has told the user. */
int ward_options_parse(struct ward_cli *cli, int argc, char **argv);

void ward_args_done(struct ward_args *args);

/* "; did you mean X?" or "": the caller frees. */
char *ward_did_you_mean(const char *word, const char *const *known, uint32_t n_known,
			const char *prefix);

/* The same, and where nothing is near "; see `ward help map`". */
char *ward_did_you_mean_or_help(const struct ward_cli *cli, const char *word,
				const char *const *known, uint32_t n_known, const char *prefix);
