/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"
#include "doc/json-writer.h"

static int version_run(struct ward_cli *cli)
{
	struct ward_json json;

	if (!cli->args.output || cli->args.output[0] != 'j') {
		printf("ward %s\n", WARD_VERSION);
		return WARD_EXIT_OK;
	}
	ward_json_init(&json, stdout, false);
	ward_json_map(&json, NULL);
	ward_json_str(&json, "apiVersion", "ward.dev/v1");
	ward_json_str(&json, "kind", "Version");
	ward_json_str(&json, "version", WARD_VERSION);
	ward_json_end_map(&json);
	return WARD_EXIT_OK;
}

static const struct ward_option version_options[] = {
	WARD_OPTION_OUTPUT("text|json"),
	WARD_OPTIONS_COMMON,
};

const struct ward_command ward_command_version = {
	.name = "version",
	.summary = "the version of this program",
	.exits = "0; 2 error",
	.options = version_options,
	.run = version_run,
};
