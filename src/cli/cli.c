/* SPDX-License-Identifier: Apache-2.0 */
/* One run: find the command, parse its options, run it, see that its output arrived. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/options.h"

const struct ward_command *const ward_commands[] = {
	&ward_command_can,     &ward_command_map,     &ward_command_diff,
	&ward_command_check,   &ward_command_members, &ward_command_whoami,
	&ward_command_test,    &ward_command_labels,  &ward_command_render,
	&ward_command_lab,     &ward_command_observe, &ward_command_completion,
	&ward_command_version, &ward_command_help,    NULL,
};

/* Commands that are announced and do not exist yet. */
static const char *const planned[] = {"agent", "cni", "status"};

int ward_cli_error(const struct ward_cli *cli, const char *fmt, ...)
{
	_cleanup_free_ char *message = NULL;
	va_list args;

	va_start(args, fmt);
	message = ward_vformat(fmt, args);
	va_end(args);
	fflush(stdout);
	fprintf(stderr, "%s", cli->program);
	if (cli->parent)
		fprintf(stderr, " %s", cli->parent->name);
	if (cli->command)
		fprintf(stderr, " %s", cli->command->name);
	fputs(": ", stderr);
	ward_text_put(stderr, message);
	fputc('\n', stderr);
	return WARD_EXIT_ERROR;
}

char *ward_cli_help(const struct ward_cli *cli)
{
	return ward_format("%s help%s%s%s%s", cli->program, cli->parent ? " " : "",
			   cli->parent ? cli->parent->name : "", cli->command ? " " : "",
			   cli->command ? cli->command->name : "");
}

const struct ward_command *ward_command_find(const struct ward_command *const *commands,
					     const char *name)
{
	for (; *commands; commands++)
		if (strcmp((*commands)->name, name) == 0)
			return *commands;
	return NULL;
}

/* The command called @word among those of other levels, as "lab probe"; or NULL. */
static char *elsewhere(const struct ward_cli *cli, const char *word)
{
	if (cli->command && strcmp(word, "help") == 0)
		return ward_format("help %s", cli->command->name);
	if (cli->command)
		return ward_command_find(ward_commands, word) ? ward_strdup(word) : NULL;
	for (uint32_t i = 0; ward_commands[i]; i++)
		if (ward_commands[i]->subcommands &&
		    ward_command_find(ward_commands[i]->subcommands, word))
			return ward_format("%s %s", ward_commands[i]->name, word);
	return NULL;
}

static int unknown_command(const struct ward_cli *cli, const struct ward_command *const *commands,
			   const char *word)
{
	WARD_VEC(const char *) names = {};
	_cleanup_free_ char *hint = NULL, *other = NULL;
	int r;

	for (uint32_t i = 0; !cli->command && i < WARD_ARRAY_SIZE(planned); i++)
		if (strcmp(planned[i], word) == 0)
			return ward_cli_error(cli, "the command %s is not in this version", word);
	other = elsewhere(cli, word);
	if (other)
		return ward_cli_error(cli, "it is `%s %s`", cli->program, other);
	if (!cli->command && strcasecmp(word, "-v") == 0)
		return ward_cli_error(cli, "the version is told by `%s version`", cli->program);
	for (; *commands; commands++)
		ward_vec_push(&names, (*commands)->name);
	hint = ward_did_you_mean_or_help(cli, word, names.items, names.n, "");
	r = word[0] == '-'
		    ? ward_cli_error(cli, "the command comes first, then options such as %s", word)
		    : ward_cli_error(cli, "unknown command \"%s\"%s", word, hint);
	ward_vec_done(&names);
	return r;
}

/* The columns of the terminal that @out is; if it is none, what COLUMNS says, or no limit. */
static uint32_t text_columns(FILE *out)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	long n;

	if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col)
		return size.ws_col;
	n = columns ? strtol(columns, NULL, 10) : 0;
	if (n > 0 && n < 10000)
		return (uint32_t)n;
	return isatty(fileno(out)) ? 80 : 0;
}

static struct ward_text text_of(const struct ward_args *args, FILE *out)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
	bool plain = (no_color && *no_color) || (term && strcmp(term, "dumb") == 0);

	return (struct ward_text){
		.out = out,
		.color = !args->no_color && (args->color || (!plain && isatty(fileno(out)))),
		.width = text_columns(out),
	};
}

static bool has_option(const struct ward_command *command, const char *name)
{
	for (const struct ward_option *o = command->options; o->name; o++)
		if (strcmp(o->name, name) == 0)
			return true;
	return false;
}

/* A word too many is often the value of an option. */
static int refuse_word(const struct ward_cli *cli, const char *word)
{
	const struct ward_command *command = cli->command, *parent = cli->parent;
	const char *above = parent ? parent->name : "", *space = parent ? " " : "";

	bool path = strpbrk(word, "/.") || access(word, F_OK) == 0;

	if (has_option(command, "filename") && command->max_words && path)
		return ward_cli_error(cli, "files are given with -f: -f %s", word);
	if (has_option(command, "filename") && (path || !has_option(command, "lab")) &&
	    !command->max_words)
		return ward_cli_error(cli, "files are given with -f: %s %s%s%s -f %s", cli->program,
				      above, space, command->name, word);
	if (has_option(command, "lab") && !command->max_words)
		return ward_cli_error(cli, "a lab is named with --lab: %s %s%s%s --lab %s",
				      cli->program, above, space, command->name, word);
	return ward_cli_error(cli, "does not know what to do with \"%s\"", word);
}

/* Options of a command that is to be run somewhere else were perhaps taken for ours. */
static int parse_failed(const struct ward_cli *cli, int argc, char **argv)
{
	const char *arguments = cli->command->arguments;

	if (!arguments || !strstr(arguments, " -- "))
		return WARD_EXIT_ERROR;
	for (int i = 0; i < argc; i++)
		if (strcmp(argv[i], "--") == 0)
			return WARD_EXIT_ERROR;
	return ward_cli_error(cli, "write -- before the command: %s", arguments);
}

static int command_run(struct ward_cli *cli, int argc, char **argv)
{
	const struct ward_command *command = cli->command;
	uint32_t n;

	if (ward_options_parse(cli, argc, argv))
		return parse_failed(cli, argc, argv);
	if (cli->args.help) {
		ward_help_print(cli, cli->parent, command, stdout);
		return WARD_EXIT_OK;
	}
	n = cli->args.words.list.n;
	if (n > command->max_words)
		return refuse_word(cli, cli->args.words.list.items[command->max_words]);
	if (n < command->min_words) {
		_cleanup_free_ char *help = ward_cli_help(cli);

		return ward_cli_error(cli, "wants %s; see `%s`", command->arguments, help);
	}
	cli->out = text_of(&cli->args, stdout);
	cli->err = text_of(&cli->args, stderr);
	return command->run(cli);
}

static bool asks_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static int dispatch(struct ward_cli *cli, const struct ward_command *const *commands, int argc,
		    char **argv)
{
	const struct ward_command *found;

	if (!argc || asks_help(argv[0])) {
		ward_help_print(cli, cli->parent, cli->command, stdout);
		return WARD_EXIT_OK;
	}
	found = ward_command_find(commands, argv[0]);
	if (!found && !cli->command && strcmp(argv[0], "--version") == 0)
		found = &ward_command_version;
	if (!found)
		return unknown_command(cli, commands, argv[0]);
	cli->parent = cli->command;
	cli->command = found;
	if (found->subcommands)
		return dispatch(cli, found->subcommands, argc - 1, argv + 1);
	return command_run(cli, argc - 1, argv + 1);
}

/* A disk that is full must not pass for a success.  A reader that left is no news. */
static int output_check(const struct ward_cli *cli, int code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	return errno == EPIPE ? WARD_EXIT_ERROR
			      : ward_cli_error(cli, "cannot write the output: %s", strerror(errno));
}

int ward_cli_main(int argc, char **argv)
{
	const char *name = argc && strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
	struct ward_cli cli = {
		.program = argc && strcmp(name, "kubectl-ward") == 0 ? "kubectl ward" : "ward",
	};
	int code;

	signal(SIGPIPE, SIG_DFL);
	code = dispatch(&cli, ward_commands, argc > 0 ? argc - 1 : 0, argv + (argc > 0));
	code = output_check(&cli, code);
	ward_args_done(&cli.args);
	return code;
}
