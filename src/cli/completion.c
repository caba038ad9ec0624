/* SPDX-License-Identifier: Apache-2.0 */
/* Completion of bash, zsh and fish, written from the option tables. */
#include <string.h>

#include "cli/command.h"

/* "can", "lab up": every command that can be run, by @fn. */
typedef void (*command_fn)(FILE *out, const char *path, const struct ward_command *command);

static void each_command(FILE *out, const struct ward_command *const *commands, const char *parent,
			 command_fn fn)
{
	for (; *commands; commands++) {
		_cleanup_free_ char *path =
			ward_format("%s%s%s", parent, *parent ? " " : "", (*commands)->name);

		fn(out, path, *commands);
		if ((*commands)->subcommands)
			each_command(out, (*commands)->subcommands, path, fn);
	}
}

static void put_names(FILE *out, const struct ward_command *const *commands)
{
	for (; *commands; commands++)
		fprintf(out, "%s%s", (*commands)->name, commands[1] ? " " : "");
}

static bool wants_path(const struct ward_option *option)
{
	return option->value && strcmp(option->value, "PATH") == 0;
}

/* "a|b" as "a b". */
static void put_choices(FILE *out, const char *choices)
{
	for (; *choices; choices++)
		fputc(*choices == '|' ? ' ' : *choices, out);
}

/* Puts what words a command takes, if they are known: "completion bash|zsh|fish". */
static bool put_words(FILE *out, const struct ward_command *command)
{
	if (command == &ward_command_help)
		put_names(out, ward_commands);
	else if (command == &ward_command_completion)
		put_choices(out, command->arguments);
	else
		return false;
	return true;
}

/* bash: a function that knows what may follow "ward PATH … PREVIOUS". */

static void bash_option(FILE *out, const char *path, const struct ward_option *option)
{
	if (!option->value)
		return;
	fprintf(out, "\t\"%s --%s\"", path, option->name);
	if (option->letter)
		fprintf(out, "|\"%s -%c\"", path, option->letter);
	fputs(") ", out);
	if (wants_path(option)) {
		fputs("files=1 ;;\n", out);
		return;
	}
	fputs("choices=\"", out);
	put_choices(out, option->choices ? option->choices : "");
	fputs("\" ;;\n", out);
}

static void bash_values(FILE *out, const char *path, const struct ward_command *command)
{
	for (const struct ward_option *o = command->options; o && o->name; o++)
		bash_option(out, path, o);
}

static void bash_words(FILE *out, const char *path, const struct ward_command *command)
{
	fprintf(out, "\t\t\"%s\") choices=\"", path);
	if (command->subcommands)
		put_names(out, command->subcommands);
	if (put_words(out, command))
		fputc(' ', out);
	for (const struct ward_option *o = command->options; o && o->name; o++)
		fprintf(out, "%s--%s", o == command->options ? "" : " ", o->name);
	fputs("\" ;;\n", out);
}

static void bash_print(FILE *out)
{
	fputs("# ward completion for bash: source <(ward completion bash)\n"
	      "_ward() {\n"
	      "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
	      "\tlocal path= choices= files=\n"
	      "\tif ((COMP_CWORD > 1)); then path=${COMP_WORDS[1]}; fi\n"
	      "\tif [[ $path == lab ]] && ((COMP_CWORD > 2)); then path=\"lab ${COMP_WORDS[2]}\"; "
	      "fi\n"
	      "\tcase \"$path $prev\" in\n",
	      out);
	each_command(out, ward_commands, "", bash_values);
	fputs("\t*)\n\t\tcase \"$path\" in\n\t\t\"\") choices=\"", out);
	put_names(out, ward_commands);
	fputs("\" ;;\n", out);
	each_command(out, ward_commands, "", bash_words);
	fputs("\t\tesac ;;\n\tesac\n"
	      "\tif [[ $files ]]; then\n"
	      "\t\tcompopt -o filenames\n"
	      "\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
	      "\telse\n"
	      "\t\tmapfile -t COMPREPLY < <(compgen -W \"$choices\" -- \"$cur\")\n"
	      "\tfi\n"
	      "}\n"
	      "complete -o default -F _ward ward\n",
	      out);
}

/* zsh: _arguments for every command. */

/* Quotes for '…' and for _arguments, to which [, ] and : mean something. */
static void zsh_quote(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\'", out);
		if (strchr("[]:", *text))
			fputc('\\', out);
		fputc(*text, out);
	}
}

static void zsh_option(FILE *out, const struct ward_option *option)
{
	const char *repeat = option->type == WARD_OPTION_TEXTS ? "*" : "";

	if (option->letter)
		fprintf(out, " '%s'{-%c,--%s}'", repeat, option->letter, option->name);
	else
		fprintf(out, " '%s--%s", repeat, option->name);
	fputc('[', out);
	zsh_quote(out, option->help);
	fputc(']', out);
	if (option->value)
		fprintf(out, ":%s:", option->value);
	if (wants_path(option))
		fputs("_files", out);
	if (option->choices) {
		fputc('(', out);
		put_choices(out, option->choices);
		fputc(')', out);
	}
	fputc('\'', out);
}

static void zsh_command(FILE *out, const char *path, const struct ward_command *command)
{
	fprintf(out, "\t'%s') ", path);
	if (command->subcommands) {
		fputs("compadd ", out);
		put_names(out, command->subcommands);
	}
	if (command->options)
		fputs("_arguments", out);
	for (const struct ward_option *o = command->options; o && o->name; o++)
		zsh_option(out, o);
	if (command == &ward_command_help || command == &ward_command_completion) {
		fputs(" '*:word:(", out);
		put_words(out, command);
		fputs(")'", out);
	}
	fputs(" ;;\n", out);
}

static void zsh_print(FILE *out)
{
	fputs("#compdef ward\n"
	      "# ward completion for zsh: source <(ward completion zsh)\n"
	      "_ward() {\n"
	      "\tlocal p=\n"
	      "\tif ((CURRENT > 2)); then p=$words[2]; fi\n"
	      "\tif [[ $p == lab ]] && ((CURRENT > 3)); then p=\"lab $words[3]\"; fi\n"
	      "\tcase $p in\n"
	      "\t'') compadd ",
	      out);
	put_names(out, ward_commands);
	fputs(" ;;\n", out);
	each_command(out, ward_commands, "", zsh_command);
	fputs("\tesac\n"
	      "}\n"
	      "if [[ $funcstack[1] == _ward ]]; then _ward \"$@\"; else compdef _ward ward; fi\n",
	      out);
}

/* fish: one line an option. */

static void fish_option(FILE *out, const char *path, const struct ward_option *option)
{
	const char *blank = strchr(path, ' ');

	fprintf(out, "complete -c ward -n '__fish_seen_subcommand_from %.*s",
		(int)(blank ? blank - path : (ptrdiff_t)strlen(path)), path);
	if (blank)
		fprintf(out, "; and __fish_seen_subcommand_from%s", blank);
	fprintf(out, "' -l %s", option->name);
	if (option->letter)
		fprintf(out, " -s %c", option->letter);
	if (option->value)
		fputs(wants_path(option) ? " -r -F" : " -x", out);
	if (option->choices) {
		fputs(" -a '", out);
		put_choices(out, option->choices);
		fputc('\'', out);
	}
	fprintf(out, " -d '%s'\n", option->help);
}

static void fish_command(FILE *out, const char *path, const struct ward_command *command)
{
	const char *blank = strchr(path, ' ');

	if (!blank)
		fprintf(out, "complete -c ward -n __fish_use_subcommand -f -a %s -d '%s'\n", path,
			command->summary);
	else
		fprintf(out,
			"complete -c ward -n '__fish_seen_subcommand_from %.*s' -f -a%s -d '%s'\n",
			(int)(blank - path), path, blank, command->summary);
	if (command == &ward_command_help || command == &ward_command_completion) {
		fprintf(out, "complete -c ward -n '__fish_seen_subcommand_from %s' -f -a '", path);
		put_words(out, command);
		fputs("'\n", out);
	}
	for (const struct ward_option *o = command->options; o && o->name; o++)
		fish_option(out, path, o);
}

static void fish_print(FILE *out)
{
	fputs("# ward completion for fish: ward completion fish | source\n", out);
	each_command(out, ward_commands, "", fish_command);
}

static int completion_run(struct ward_cli *cli)
{
	const char *shell = cli->args.words.list.items[0];

	if (strcmp(shell, "bash") == 0)
		bash_print(stdout);
	else if (strcmp(shell, "zsh") == 0)
		zsh_print(stdout);
	else if (strcmp(shell, "fish") == 0)
		fish_print(stdout);
	else
		return ward_cli_error(cli, "knows bash, zsh and fish, not \"%s\"", shell);
	return WARD_EXIT_OK;
}

static const struct ward_option completion_options[] = {WARD_OPTIONS_COMMON};

const struct ward_command ward_command_completion = {
	.name = "completion",
	.arguments = "bash|zsh|fish",
	.summary = "a completion script for a shell",
	.examples = "  source <(ward completion bash)\n",
	.exits = "0; 2 error",
	.min_words = 1,
	.max_words = 1,
	.options = completion_options,
	.run = completion_run,
};
