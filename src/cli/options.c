/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/nearest.h"

/* Where the parser is. */
struct cursor {
	int argc, next;
	char **argv;
};

static const struct ward_option *option_by_name(const struct ward_option *options, const char *name,
						size_t len)
{
	for (; options->name; options++)
		if (strlen(options->name) == len && strncmp(options->name, name, len) == 0)
			return options;
	return NULL;
}

static const struct ward_option *option_by_letter(const struct ward_option *options, char letter)
{
	for (; options->name; options++)
		if (options->letter == letter)
			return options;
	return NULL;
}

char *ward_did_you_mean(const char *word, const char *const *known, uint32_t n_known,
			const char *prefix)
{
	uint32_t nearest[WARD_NEAREST_MAX];

	if (!ward_nearest(word, known, n_known, nearest))
		return ward_strdup("");
	return ward_format("; did you mean %s%s?", prefix, known[nearest[0]]);
}

char *ward_did_you_mean_or_help(const struct ward_cli *cli, const char *word,
				const char *const *known, uint32_t n_known, const char *prefix)
{
	_cleanup_free_ char *near = ward_did_you_mean(word, known, n_known, prefix);
	_cleanup_free_ char *help = ward_cli_help(cli);

	return *near ? ward_strdup(near) : ward_format("; see `%s`", help);
}

static int unknown_option(const struct ward_cli *cli, const char *name)
{
	_cleanup_free_ const char **known = NULL;
	_cleanup_free_ char *hint = NULL;
	uint32_t n = 0;

	for (const struct ward_option *o = cli->command->options; o->name; o++)
		n++;
	known = ward_new_n(const char *, n);
	for (uint32_t i = 0; i < n; i++)
		known[i] = cli->command->options[i].name;
	hint = ward_did_you_mean_or_help(cli, name, known, n, "--");
	return ward_cli_error(cli, "unknown option --%s%s", name, hint);
}

static int unknown_letter(const struct ward_cli *cli, char letter)
{
	_cleanup_free_ char *help = ward_cli_help(cli);

	return ward_cli_error(cli, "unknown option -%c; see `%s`", letter, help);
}

/* Is @value one of the words of "a|b|c"? */
static bool is_choice(const char *choices, const char *value)
{
	size_t len = strlen(value);

	while (choices) {
		size_t word = strcspn(choices, "|");

		if (word == len && strncmp(choices, value, len) == 0)
			return true;
		choices = choices[word] ? choices + word + 1 : NULL;
	}
	return false;
}

static int option_number(const struct ward_cli *cli, const struct ward_option *option,
			 const char *value, uint32_t *ret_number)
{
	unsigned long number;
	char *end;

	errno = 0;
	number = strtoul(value, &end, 10);
	if (*value < '0' || *value > '9' || *end || errno || number > UINT32_MAX)
		return ward_cli_error(cli, "--%s wants a number, not \"%s\"", option->name, value);
	*ret_number = (uint32_t)number;
	return 0;
}

static int option_set(struct ward_cli *cli, const struct ward_option *option, const char *value)
{
	void *field = (char *)&cli->args + option->offset;

	if (option->choices && !is_choice(option->choices, value))
		return ward_cli_error(cli, "--%s is one of %s, not \"%s\"", option->name,
				      option->choices, value);
	switch (option->type) {
	case WARD_OPTION_SWITCH:
		*(bool *)field = true;
		break;
	case WARD_OPTION_TEXT:
		*(const char **)field = value;
		break;
	case WARD_OPTION_TEXTS:
		ward_vec_push(&((struct ward_words *)field)->list, value);
		break;
	case WARD_OPTION_NUMBER:
		return option_number(cli, option, value, field);
	}
	return 0;
}

/* A value that is not attached is the next argument. */
static int take_value(struct ward_cli *cli, struct cursor *cursor, const struct ward_option *option,
		      const char *attached)
{
	if (attached)
		return option_set(cli, option, attached);
	if (cursor->next == cursor->argc)
		return ward_cli_error(cli, "--%s wants a value: %s", option->name, option->value);
	return option_set(cli, option, cursor->argv[cursor->next++]);
}

static int parse_long(struct ward_cli *cli, struct cursor *cursor, const char *text)
{
	size_t len = strcspn(text, "=");
	const char *attached = text[len] ? text + len + 1 : NULL;
	const struct ward_option *option = option_by_name(cli->command->options, text, len);

	if (!option) {
		_cleanup_free_ char *name = ward_format("%.*s", (int)len, text);

		return unknown_option(cli, name);
	}
	if (option->type != WARD_OPTION_SWITCH)
		return take_value(cli, cursor, option, attached);
	if (attached)
		return ward_cli_error(cli, "--%s takes no value", option->name);
	return option_set(cli, option, NULL);
}

static int parse_letters(struct ward_cli *cli, struct cursor *cursor, const char *text)
{
	for (; *text; text++) {
		const struct ward_option *option = option_by_letter(cli->command->options, *text);
		int r;

		if (!option)
			return unknown_letter(cli, *text);
		if (option->type == WARD_OPTION_SWITCH) {
			r = option_set(cli, option, NULL);
			if (r)
				return r;
			continue;
		}
		text += text[1] == '=' ? 2 : 1;
		return take_value(cli, cursor, option, *text || text[-1] == '=' ? text : NULL);
	}
	return 0;
}

int ward_options_parse(struct ward_cli *cli, int argc, char **argv)
{
	struct cursor cursor = {.argc = argc, .argv = argv};
	bool words_only = false;

	while (cursor.next < argc) {
		const char *text = argv[cursor.next++];
		int r = 0;

		if (words_only || text[0] != '-' || !text[1])
			ward_vec_push(&cli->args.words.list, text);
		else if (strcmp(text, "--") == 0)
			words_only = true;
		else if (text[1] == '-')
			r = parse_long(cli, &cursor, text + 2);
		else
			r = parse_letters(cli, &cursor, text + 1);
		if (r)
			return r;
	}
	return 0;
}

void ward_args_done(struct ward_args *args)
{
	ward_vec_done(&args->words.list);
	ward_vec_done(&args->focus.list);
	ward_vec_done(&args->files.list);
}
