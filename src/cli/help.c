/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cli/command.h"
#include "cli/options.h"

static void print_list(const struct ward_command *const *commands, FILE *out)
{
	for (; *commands; commands++)
		fprintf(out, "  %-12s%s\n", (*commands)->name, (*commands)->summary);
}

static void print_all(const struct ward_cli *cli, FILE *out)
{
	fprintf(out,
		"Ward: who may talk to whom in Kubernetes, and which line decides it.\n\n"
		"Usage:\n  %s COMMAND [options]\n\nCommands:\n",
		cli->program);
	print_list(ward_commands, out);
	fprintf(out,
		"\nBegin with:\n"
		"  %s map -f manifests/\n"
		"  %s can web db 5432 -f manifests/\n"
		"\n`%s help COMMAND` tells more.\n",
		cli->program, cli->program, cli->program);
}

/* "  -f, --filename PATH" */
static char *option_title(const struct ward_option *option)
{
	char letter[] = {'-', option->letter, ',', '\0'};

	return ward_format("  %3s --%s%s%s", option->letter ? letter : "", option->name,
			   option->value ? " " : "", option->value ? option->value : "");
}

static void print_options(const struct ward_option *options, FILE *out)
{
	fprintf(out, "\nOptions:\n");
	for (; options->name; options++) {
		_cleanup_free_ char *title = option_title(options);

		fprintf(out, "%-25s %s\n", title, options->help);
		if (options->choices)
			fprintf(out, "%-25s %s\n", "", options->choices);
	}
}

void ward_help_print(const struct ward_cli *cli, const struct ward_command *parent,
		     const struct ward_command *command, FILE *out)
{
	const char *arguments;

	if (!command) {
		print_all(cli, out);
		return;
	}
	arguments = command->subcommands ? "COMMAND" : command->arguments;
	fprintf(out, "%c%s.\n\nUsage:\n  %s %s%s%s%s%s [options]\n", command->summary[0] & ~0x20,
		command->summary + 1, cli->program, parent ? parent->name : "", parent ? " " : "",
		command->name, arguments ? " " : "", arguments ? arguments : "");
	if (command->about)
		fprintf(out, "\n%s", command->about);
	if (command->subcommands) {
		fprintf(out, "\nCommands:\n");
		print_list(command->subcommands, out);
	}
	if (command->options)
		print_options(command->options, out);
	if (command->examples)
		fprintf(out, "\nExamples:\n%s", command->examples);
	if (command->exits)
		fprintf(out, "\nExit status: %s.\n", command->exits);
}

static int no_command(const struct ward_cli *cli, const struct ward_command *parent,
		      const struct ward_command *const *commands, const char *word)
{
	_cleanup_free_ char *hint = NULL;
	WARD_VEC(const char *) names = {};

	for (; commands && *commands; commands++)
		ward_vec_push(&names, (*commands)->name);
	hint = ward_did_you_mean(word, names.items, names.n, "");
	ward_vec_done(&names);
	return ward_cli_error(cli, "there is no command %s%s%s%s", parent ? parent->name : "",
			      parent ? " " : "", word, hint);
}

static int help_run(struct ward_cli *cli)
{
	const struct ward_command *parent = NULL, *command = NULL;
	const struct ward_command *const *commands = ward_commands;

	if (cli->args.words.list.n == 1 &&
	    strcmp(cli->args.words.list.items[0], "exemptions") == 0) {
		ward_help_exemptions(stdout);
		return WARD_EXIT_OK;
	}
	for (uint32_t i = 0; i < cli->args.words.list.n; i++) {
		const char *word = cli->args.words.list.items[i];
		const struct ward_command *found =
			commands ? ward_command_find(commands, word) : NULL;

		if (!found)
			return no_command(cli, command, commands, word);
		parent = command;
		command = found;
		commands = found->subcommands;
	}
	ward_help_print(cli, parent, command, stdout);
	return WARD_EXIT_OK;
}

static const struct ward_option help_options[] = {WARD_OPTIONS_COMMON};

const struct ward_command ward_command_help = {
	.name = "help",
	.arguments = "[COMMAND | exemptions]",
	.summary = "help on a command, with examples",
	.about = "`ward help exemptions` says what the names in `exempt` of a GroupPolicy open.\n",
	.exits = "0; 2 there is no such command",
	.max_words = 2,
	.options = help_options,
	.run = help_run,
};
