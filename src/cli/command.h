/* SPDX-License-Identifier: Apache-2.0 */
/* Commands and their options as data.
 *
 * Everything that has to know a command reads the same table: the parser, `help`, the completion
 * of three shells, and the test that compares the manual pages. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"
#include "report/text.h"

struct ward_words {
	WARD_VEC(const char *) list;
};

/* What options set.  A command uses those that its table names. */
struct ward_args {
	struct ward_words words; /* what is no option, in order */
	struct ward_words files, focus;
	const char *ns, *context, *kubeconfig, *output;
	const char *lab, *from, *to, *group, *since, *since_time, *verdict, *fail_on, *now, *port;
	bool help, all_namespaces, like_server, color, no_color;
	bool any, deny, staged, pods, exposure, no_follow, no_enforce, follow, summary, counters,
		closed;
	const char *nodes, *kube_proxy, *network;
	uint32_t last;
};

enum ward_option_type {
	WARD_OPTION_SWITCH, /* bool */
	WARD_OPTION_TEXT,   /* const char * */
	WARD_OPTION_TEXTS,  /* struct ward_words: may be repeated */
	WARD_OPTION_NUMBER, /* uint32_t */
};

struct ward_option {
	const char *name;
	char letter; /* 0: none */
	enum ward_option_type type;
	size_t offset;	     /* into struct ward_args */
	const char *value;   /* what help calls the value; NULL for switches */
	const char *choices; /* "table|json": the values there are, the first is the default */
	const char *help;
};

#define WARD_OPTION(NAME, LETTER, TYPE, FIELD, VALUE, CHOICES, HELP)                               \
	{                                                                                          \
		.name = NAME, .letter = LETTER, .type = WARD_OPTION_##TYPE,                        \
		.offset = offsetof(struct ward_args, FIELD), .value = VALUE, .choices = CHOICES,   \
		.help = HELP                                                                       \
	}

/* Options that many commands have. */
#define WARD_OPTION_FILES                                                                          \
	WARD_OPTION("filename", 'f', TEXTS, files, "PATH", NULL,                                   \
		    "file, folder, or - for standard input; may be repeated")
#define WARD_OPTION_NAMESPACE(HELP) WARD_OPTION("namespace", 'n', TEXT, ns, "NS", NULL, HELP)
#define WARD_OPTION_OUTPUT(CHOICES)                                                                \
	WARD_OPTION("output", 'o', TEXT, output, "FORMAT", CHOICES, "form of the output")
#define WARD_OPTIONS_CLUSTER                                                                       \
	WARD_OPTION("all-namespaces", 'A', SWITCH, all_namespaces, NULL, NULL,                     \
		    "all namespaces, the default with -f"),                                        \
		WARD_OPTION("context", 0, TEXT, context, "NAME", NULL,                             \
			    "of a live cluster; not in this version: give -f"),                    \
		WARD_OPTION("kubeconfig", 0, TEXT, kubeconfig, "PATH", NULL,                       \
			    "of a live cluster; not in this version: give -f")
#define WARD_OPTION_LIKE_SERVER                                                                    \
	WARD_OPTION("like-server", 0, SWITCH, like_server, NULL, NULL,                             \
		    "drop unknown fields and warn, like the API server")
#define WARD_OPTION_STAGED(HELP) WARD_OPTION("staged", 0, SWITCH, staged, NULL, NULL, HELP)
#define WARD_OPTION_NOW                                                                            \
	WARD_OPTION("now", 0, TEXT, now, "DATE", NULL,                                             \
		    "judge expiry as of this day; without it, today")
#define WARD_OPTIONS_COMMON                                                                        \
	WARD_OPTION("color", 0, SWITCH, color, NULL, NULL, "colour even when not on a terminal"),  \
		WARD_OPTION("no-color", 0, SWITCH, no_color, NULL, NULL,                           \
			    "no colour; NO_COLOR in the environment does the same"),               \
		WARD_OPTION("help", 'h', SWITCH, help, NULL, NULL, "this help"),                   \
	{                                                                                          \
	}

struct ward_cli;

struct ward_command {
	const char *name;
	const char *arguments; /* "FROM TO [PORT[/PROTO]]"; NULL: none */
	const char *summary;   /* half a line */
	const char *about;     /* paragraphs for its help, or NULL */
	const char *examples;  /* lines, or NULL */
	const char *exits;     /* "0 yes, 1 no, 2 error" */
	uint32_t min_words, max_words;
	const struct ward_option *options; /* ended by one without name; NULL with subcommands */
	const struct ward_command *const *subcommands; /* ended by NULL; or NULL */
	int (*run)(struct ward_cli *cli);	       /* returns the exit code */
};

/* One run of the program. */
struct ward_cli {
	const char *program; /* "ward", or "kubectl ward" as a plugin */
	const struct ward_command *parent, *command;
	struct ward_args args;
	struct ward_text out, err;
};

/* All commands, ended by NULL. */
extern const struct ward_command *const ward_commands[];

extern const struct ward_command ward_command_can, ward_command_map, ward_command_diff,
	ward_command_check, ward_command_members, ward_command_whoami, ward_command_test,
	ward_command_labels, ward_command_render, ward_command_lab, ward_command_observe,
	ward_command_version, ward_command_help, ward_command_completion;

enum {
	WARD_EXIT_OK,
	WARD_EXIT_NO, /* an answer, not a failure: denied, different, found */
	WARD_EXIT_ERROR,
};

/* Runs the program; the exit code. */
int ward_cli_main(int argc, char **argv);

/* "ward can: MESSAGE" on stderr; returns WARD_EXIT_ERROR. */
int ward_cli_error(const struct ward_cli *cli, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* "ward help lab up", which tells about the command; the caller frees. */
char *ward_cli_help(const struct ward_cli *cli);

/* The command called @name in @commands, or NULL. */
const struct ward_command *ward_command_find(const struct ward_command *const *commands,
					     const char *name);

/* What the names in `exempt` of a GroupPolicy stand for. */
void ward_help_exemptions(FILE *out);

/* Help: of everything (@command NULL) or of one command. */
void ward_help_print(const struct ward_cli *cli, const struct ward_command *parent,
		     const struct ward_command *command, FILE *out);
