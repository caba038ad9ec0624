/* SPDX-License-Identifier: Apache-2.0 */
/* JSON that is longer than the window, in steps.
 *
 * A step is a part of a document that is small even where the document is large: of the outermost
 * map a key, a value, what comes after it; of a List's items one.  When the window ends within a
 * step, what the step did is forgotten, what was read before it is dropped from the window, more is
 * read behind it, and it is taken again.  So nothing below a step knows of windows; and of a
 * million pods there is one in memory.
 *
 * The beginning of a document stays in the window until its first item was handed out, because
 * until then it may turn out to be YAML. */
#include "doc/json.h"

struct checkpoint {
	const char *at;
	uint32_t line, col, depth, n_stack;
	bool bad;
	struct ward_diags diags;
};

static struct checkpoint checkpoint_set(const struct ward_json_reader *json)
{
	return (struct checkpoint){
		.at = json->at,
		.line = json->line,
		.col = ward_json_col(json, json->at),
		.depth = json->depth,
		.n_stack = json->build.stack.n,
		.bad = json->build.bad,
		.diags = *json->input->reader->diags,
	};
}

static void checkpoint_return(struct ward_json_reader *json, const struct checkpoint *to)
{
	json->at = to->at;
	json->line = to->line;
	json->line_start = (uintptr_t)to->at - (to->col - 1);
	json->depth = to->depth;
	json->build.stack.n = to->n_stack;
	json->build.bad = to->bad;
	ward_diags_rewind(json->input->reader->diags, &to->diags);
}

/* Drops what is not needed any more and reads on. */
static int window_move(struct ward_json_reader *json)
{
	struct ward_input *input = json->input;
	size_t at = (size_t)(json->at - input->bytes), passed = input->passed;
	uint32_t col = ward_json_col(json, json->at);
	int r;

	if (json->build.n_items || !json->document.line)
		r = ward_input_more(input, at, json->line, col);
	else
		r = ward_input_more(input, json->document.offset - passed, json->document.line,
				    json->document.col);
	json->at = input->bytes + at - (input->passed - passed);
	json->end = input->bytes + input->size;
	json->line_start = (uintptr_t)json->at - (col - 1);
	return r;
}

int ward_json_take(struct ward_json_reader *json, ward_json_step step, void *ret)
{
	struct checkpoint begin = checkpoint_set(json);
	int r;

	for (;;) {
		r = step(json, ret);
		if (!r && json->at == json->end && !json->input->ended)
			r = WARD_DOC_E_CUT;
		if (r != WARD_DOC_E_CUT)
			return r;
		checkpoint_return(json, &begin);
		r = window_move(json);
		if (r)
			return r;
		begin.at = json->at;
	}
}

static int step_open_map(struct ward_json_reader *json, void *ret)
{
	*(bool *)ret = ward_json_open(json, '}');
	return 0;
}

static int step_open_list(struct ward_json_reader *json, void *ret)
{
	*(bool *)ret = ward_json_open(json, ']');
	return 0;
}

static int step_comma_map(struct ward_json_reader *json, void *ret)
{
	return ward_json_comma(json, '}', ret);
}

static int step_comma_list(struct ward_json_reader *json, void *ret)
{
	return ward_json_comma(json, ']', ret);
}

/* Up to the value. */
static int step_key(struct ward_json_reader *json, void *ret)
{
	int r = ward_json_key(json);

	if (!r)
		ward_json_next(json);
	return r;
}

static int step_value(struct ward_json_reader *json, void *ret)
{
	return ward_json_value(json, ret);
}

/* The list of objects of a List. */
static int read_items(struct ward_json_reader *json, struct ward_node *node)
{
	uint32_t base = json->build.stack.n;
	bool more;
	int r;

	ward_build_items_begin(&json->build);
	r = ward_json_take(json, step_open_list, &more);
	while (!r && more) {
		struct ward_node item;

		r = ward_json_take(json, step_value, &item);
		if (!r)
			r = ward_build_item(&json->build, &item);
		if (!r)
			r = ward_json_take(json, step_comma_list, &more);
	}
	ward_build_items_end(&json->build);
	ward_build_list(&json->build, base, node);
	return r;
}

/* One key and its value onto the stack. */
static int read_pair(struct ward_json_reader *json)
{
	struct ward_node value;
	int r;

	r = ward_json_take(json, step_key, NULL);
	if (r)
		return r;
	value = ward_json_node(json);
	if (*json->at == '[' && ward_build_is_items(&json->build))
		r = read_items(json, &value);
	else
		r = ward_json_take(json, step_value, &value);
	if (!r)
		ward_build_push(&json->build, &value);
	return r;
}

int ward_json_root(struct ward_json_reader *json, struct ward_node *node)
{
	bool more;
	int r;

	json->depth++;
	r = ward_json_take(json, step_open_map, &more);
	while (!r && more) {
		r = read_pair(json);
		if (!r)
			r = ward_json_take(json, step_comma_map, &more);
	}
	json->depth--;
	if (!r)
		ward_build_map(&json->build, 0, node);
	return r;
}
