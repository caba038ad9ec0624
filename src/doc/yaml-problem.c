/* SPDX-License-Identifier: Apache-2.0 */
#include "doc/yaml-problem.h"

#include <string.h>

#include "base/alloc.h"

static const struct problem {
	const char *theirs; /* how libyaml's text begins */
	const char *ours;   /* NULL: as it is */
	const char *hint;
	bool from_start; /* say where what does not end began */
} problems[] = {
	{"did not find expected key", "a key was expected here",
	 "check the indentation: the keys of a map stand in one column"},
	{"did not find expected '-' indicator", "the next '-' of the list was expected here",
	 "check the indentation: the items of a list stand in one column"},
	{"could not find expected ':'", "a ':' after the key was expected here",
	 "write a ':' and a space after a key; quote a text of several lines"},
	{"mapping values are not allowed", "a ':' is not expected here",
	 "check the indentation, or quote the value if it contains ': '"},
	{"mapping keys are not allowed", "a key is not expected here", "check the indentation"},
	{"block sequence entries are not allowed", "a '-' is not expected here",
	 "a list begins on the line after its key"},
	{"found character that cannot start any token", "no value can begin with this character",
	 "quote the value"},
	{"found a tab character", "a tab stands where indentation is expected",
	 "indent with spaces"},
	{"did not find expected ',' or ']'", "a ',' or the closing ']' was expected here", NULL},
	{"did not find expected ',' or '}'", "a ',' or the closing '}' was expected here", NULL},
	{"did not find expected node content", "a value was expected here", NULL},
	{"found unexpected end of stream", "the quoted text that begins here does not end",
	 "close the quote", true},
	{"found unexpected document indicator",
	 "the quoted text that begins here does not end before the document", "close the quote",
	 true},
	{"found unknown escape character", "no such escape after '\\'",
	 "in double quotes a backslash is written \\\\; single quotes take it as it is"},
	{"did not find expected <document start>", "a document was expected to begin here",
	 "check the indentation, or put '---' between documents"},
	{"found undefined tag handle", "the tag is not known", "leave the tag out"},
	{"found incompatible YAML document", "only YAML 1.1 and 1.2 are understood", NULL},
	{"did not find expected alphabetic", "the anchor or alias has no name",
	 "quote the value if it is to begin with '&' or '*'"},
	{"did not find expected comment or line break",
	 "only a comment may follow on the line of '|' or '>'", "begin the text on the next line"},
};

static bool starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

static const struct problem *problem_find(const char *theirs)
{
	for (size_t i = 0; i < WARD_ARRAY_SIZE(problems); i++)
		if (starts_with(theirs, problems[i].theirs))
			return &problems[i];
	return NULL;
}

/* Does the line of @offset hold the braces of a template that was not rendered? */
static bool is_template(const struct ward_input *input, size_t offset)
{
	const char *start = input->bytes + offset, *end;

	while (start > input->bytes && start[-1] != '\n')
		start--;
	end = strchrnul(start, '\n');
	return memmem(start, (size_t)(end - start), "{{", 2);
}

static void character_diag(const struct ward_input *input, const yaml_parser_t *parser)
{
	struct ward_mark mark = ward_input_mark(input, parser->problem_offset);

	if (parser->problem_value == 0)
		ward_diag(input->reader->diags, WARD_ERROR, "nul-byte", mark, NULL,
			  "this is no text file, or it was damaged", "a NUL byte in the text");
	else
		ward_diag(input->reader->diags, WARD_ERROR, "bad-yaml", mark, NULL,
			  "write it as an escape (\\x..) in double quotes, or take it out",
			  "the control character U+%04X is not allowed in YAML",
			  (unsigned)parser->problem_value);
}

/* Of two readings, the one that got further is the one that was meant. */
static bool is_further(const struct ward_mark *a, const struct ward_mark *b)
{
	return a->line > b->line || (a->line == b->line && a->col >= b->col);
}

void ward_yaml_problem(const struct ward_input *input, const yaml_parser_t *parser,
		       struct ward_cursor *cursor)
{
	const char *theirs = parser->problem ? parser->problem : "it cannot be read";
	const struct problem *problem = problem_find(theirs);
	struct ward_mark mark;
	const char *hint;

	if (parser->error == YAML_READER_ERROR) {
		character_diag(input, parser);
		return;
	}
	mark = ward_cursor_mark(cursor, problem && problem->from_start
						? parser->context_mark.index
						: parser->problem_mark.index);
	if (input->not_json && is_further(&input->not_json->mark, &mark)) {
		ward_json_stop_diag(input, input->not_json);
		return;
	}
	if (input->bytes[cursor->offset] == '\t')
		problem = problem_find("found a tab character");
	hint = problem ? problem->hint : NULL;
	if (is_template(input, cursor->offset))
		hint = "this looks like a Helm template: read the output of `helm template`";
	ward_diag(input->reader->diags, WARD_ERROR, "bad-yaml", mark, NULL, hint,
		  "malformed YAML: %s", problem ? problem->ours : theirs);
}
