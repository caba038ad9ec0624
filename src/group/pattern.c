/* SPDX-License-Identifier: Apache-2.0 */
/* A pattern becomes a list of steps, and a value is followed through it in all states at once.
 *
 *	a|b	SPLIT → a, JUMP over b; b
 *	a*	SPLIT → a, JUMP back
 *
 * Steps refer to each other by distance, so code can be moved.  A counted repetition is its atom
 * read again, once for each time. */
#include "group/pattern.h"

#include <string.h>

#include "base/alloc.h"
#include "base/vec.h"

enum {
	STEPS_MAX = 1000,
	READS_MAX = 10000, /* atoms read, those without steps too */
	DEPTH_MAX = 32,
	TIMES_MAX = 63, /* no label value is longer */
};

enum op {
	OP_SET,	  /* one character of a set */
	OP_SPLIT, /* go on at both */
	OP_JUMP,
	OP_BEGIN,
	OP_END,
	OP_MATCH,
};

struct ward_pattern_step {
	enum op op;
	int32_t first, second; /* distances: SPLIT both, JUMP the first */
	uint32_t set[4];       /* ASCII */
};

struct reading {
	const char *text, *at;
	uint32_t depth, n_reads;
	WARD_VEC(struct ward_pattern_step) steps;
	struct ward_pattern_problem *problem; /* its `what` is set: stop */
};

static bool fail(struct reading *in, const char *what, const char *hint)
{
	if (!in->problem->what)
		*in->problem = (struct ward_pattern_problem){what, hint,
							     (uint32_t)(in->at - in->text) + 1};
	return false;
}

static bool step_push(struct reading *in, struct ward_pattern_step step)
{
	if (in->steps.n >= STEPS_MAX)
		return fail(in, "this is too large", "repeat less, or list the values");
	ward_vec_push(&in->steps, step);
	return true;
}

static bool step_insert(struct reading *in, uint32_t at, struct ward_pattern_step step)
{
	if (!step_push(in, step))
		return false;
	memmove(&in->steps.items[at + 1], &in->steps.items[at],
		(in->steps.n - 1 - at) * sizeof(step));
	in->steps.items[at] = step;
	return true;
}

static void set_add(struct ward_pattern_step *step, unsigned char c)
{
	if (c < 128)
		step->set[c / 32] |= UINT32_C(1) << c % 32;
}

static bool set_has(const struct ward_pattern_step *step, unsigned char c)
{
	return c < 128 && step->set[c / 32] >> c % 32 & 1;
}

static void set_invert(struct ward_pattern_step *step)
{
	for (int i = 0; i < 4; i++)
		step->set[i] = ~step->set[i];
}

/* "[a-z0-9_-]"; @in is behind the bracket. */
static bool class_read(struct reading *in)
{
	struct ward_pattern_step step = {.op = OP_SET};
	bool inverted = *in->at == '^', first = true;

	in->at += inverted;
	for (; *in->at && (*in->at != ']' || first); first = false) {
		unsigned char low = (unsigned char)*in->at++, high = low;

		if (low == '[' && *in->at && strchr(":.=", *in->at))
			return fail(in, "named classes are not known here", "write [a-z], [0-9]");
		if (low == '\\')
			return fail(in, "in brackets a backslash means different things",
				    "write - as the last character; others stand for themselves");
		if (*in->at == '-' && in->at[1] && in->at[1] != ']') {
			high = (unsigned char)in->at[1];
			in->at += 2;
		}
		if (high < low || high == '\\')
			return fail(in, "this range has no characters", "write it as in [a-z]");
		for (unsigned c = low; c <= high; c++)
			set_add(&step, (unsigned char)c);
	}
	if (*in->at != ']')
		return fail(in, "the bracket is not closed", "write ]");
	in->at++;
	if (inverted)
		set_invert(&step);
	return step_push(in, step);
}

static bool escape_read(struct reading *in)
{
	struct ward_pattern_step step = {.op = OP_SET};

	if (!*in->at || !strchr(".-_/\\*+?|(){}[]^$", *in->at))
		return fail(in, "this escape is not known here",
			    "write [0-9] for \\d, [A-Za-z0-9_] for \\w; ^ and $ are implied");
	set_add(&step, (unsigned char)*in->at++);
	return step_push(in, step);
}

static bool alternatives_read(struct reading *in);

static bool group_read(struct reading *in)
{
	if (*in->at == '?')
		return fail(in, "(? is not known here", "write a plain (…)");
	if (++in->depth > DEPTH_MAX)
		return fail(in, "the parentheses are too deep", NULL);
	if (!alternatives_read(in))
		return false;
	in->depth--;
	if (*in->at != ')')
		return fail(in, "the parenthesis is not closed", "write )");
	in->at++;
	return true;
}

static bool atom_read(struct reading *in)
{
	struct ward_pattern_step step = {.op = OP_SET};
	char c = *in->at;

	if (++in->n_reads > READS_MAX)
		return fail(in, "this is too large", "repeat less, or list the values");
	if (strchr("*+?{}", c))
		return fail(in, "there is nothing to repeat", "write \\ before it if it is meant");
	in->at++;
	switch (c) {
	case '(':
		return group_read(in);
	case '[':
		return class_read(in);
	case '\\':
		return escape_read(in);
	case '^':
		return step_push(in, (struct ward_pattern_step){.op = OP_BEGIN});
	case '$':
		return step_push(in, (struct ward_pattern_step){.op = OP_END});
	case '.':
		set_invert(&step);
		return step_push(in, step);
	default:
		set_add(&step, (unsigned char)c);
		return step_push(in, step);
	}
}

/* How often: @max < 0 is any number of times. */
struct times {
	int min, max;
};

static bool number_read(struct reading *in, int *ret_number)
{
	int number = 0;

	if (*in->at < '0' || *in->at > '9')
		return fail(in, "a number of times is missing", "write {2}, {2,} or {2,8}");
	for (; *in->at >= '0' && *in->at <= '9'; in->at++) {
		number = number * 10 + (*in->at - '0');
		if (number > TIMES_MAX)
			return fail(in, "no label value is that long", "at most 63 times");
	}
	*ret_number = number;
	return true;
}

static bool counts_read(struct reading *in, struct times *times)
{
	if (!number_read(in, &times->min))
		return false;
	times->max = times->min;
	if (*in->at == ',') {
		in->at++;
		times->max = -1;
		if (*in->at != '}' && !number_read(in, &times->max))
			return false;
	}
	if (*in->at != '}' || (times->max >= 0 && times->max < times->min))
		return fail(in, "this is no number of times", "write {2}, {2,} or {2,8}");
	in->at++;
	return true;
}

/* What stands behind an atom; once if nothing does. */
static bool times_read(struct reading *in, struct times *ret_times)
{
	static const struct times known[] = {['*'] = {0, -1}, ['+'] = {1, -1}, ['?'] = {0, 1}};
	char c = *in->at;

	*ret_times = (struct times){1, 1};
	if (!c || !strchr("*+?{", c))
		return true;
	in->at++;
	if (c != '{')
		*ret_times = known[(unsigned char)c];
	else if (!counts_read(in, ret_times))
		return false;
	if (*in->at && strchr("*+?{", *in->at))
		return fail(in, "one repetition follows another", "use one of them");
	return true;
}

static bool again(struct reading *in, const char *from)
{
	in->at = from;
	return atom_read(in);
}

/* An atom that may be left out, and come again if @forever. */
static bool optional_read(struct reading *in, const char *from, bool forever)
{
	uint32_t start = in->steps.n;
	struct ward_pattern_step step = {.op = OP_SPLIT, .first = 1};
	int32_t n;

	if (!again(in, from))
		return false;
	n = (int32_t)(in->steps.n - start);
	step.second = n + 1 + forever;
	if (!step_insert(in, start, step))
		return false;
	return !forever ||
	       step_push(in, (struct ward_pattern_step){.op = OP_JUMP, .first = -(n + 1)});
}

static bool repeat_read(struct reading *in)
{
	const char *from = in->at, *end;
	uint32_t start = in->steps.n;
	struct times times;

	if (!atom_read(in) || !times_read(in, &times))
		return false;
	end = in->at;
	if (times.min != 1 || times.max != 1) {
		in->steps.n = start;
		for (int i = 0; i < times.min; i++)
			if (!again(in, from))
				return false;
		for (int i = times.min; i < times.max; i++)
			if (!optional_read(in, from, false))
				return false;
		if (times.max < 0 && !optional_read(in, from, true))
			return false;
	}
	in->at = end;
	return true;
}

static bool alternatives_read(struct reading *in)
{
	uint32_t start = in->steps.n, jump;

	while (*in->at && *in->at != '|' && *in->at != ')')
		if (!repeat_read(in))
			return false;
	if (*in->at != '|')
		return true;
	in->at++;
	if (!step_insert(in, start,
			 (struct ward_pattern_step){
				 OP_SPLIT, 1, (int32_t)(in->steps.n - start) + 2, {}}) ||
	    !step_push(in, (struct ward_pattern_step){.op = OP_JUMP}))
		return false;
	jump = in->steps.n - 1;
	if (!alternatives_read(in))
		return false;
	in->steps.items[jump].first = (int32_t)(in->steps.n - jump);
	return true;
}

const struct ward_pattern *ward_pattern_compile(struct ward_arena *arena, const char *text,
						struct ward_pattern_problem *ret_problem)
{
	struct reading in = {.text = text, .at = text, .problem = ret_problem};
	struct ward_pattern *pattern = NULL;

	*ret_problem = (struct ward_pattern_problem){};
	if (alternatives_read(&in) && *in.at)
		fail(&in, "the parenthesis was not opened", "write \\) if it is meant");
	if (!ret_problem->what && step_push(&in, (struct ward_pattern_step){.op = OP_MATCH})) {
		pattern = ward_arena_new(arena, struct ward_pattern);
		pattern->text = ward_arena_strndup(arena, text, strlen(text));
		pattern->n_steps = in.steps.n;
		pattern->steps = ward_arena_copy(arena, in.steps.items,
						 in.steps.n * sizeof(*in.steps.items));
	}
	ward_vec_done(&in.steps);
	return pattern;
}

/* Where one may be before a character. */
struct states {
	uint32_t n;
	uint16_t items[STEPS_MAX + 1];
	uint64_t seen[STEPS_MAX / 64 + 1];
};

static void states_add(const struct ward_pattern *pattern, struct states *states, uint32_t at,
		       bool begin, bool end)
{
	const struct ward_pattern_step *step = &pattern->steps[at];

	if (states->seen[at / 64] >> at % 64 & 1)
		return;
	states->seen[at / 64] |= UINT64_C(1) << at % 64;
	states->items[states->n++] = (uint16_t)at;
	if (step->op == OP_SPLIT || step->op == OP_JUMP)
		states_add(pattern, states, at + (uint32_t)step->first, begin, end);
	if (step->op == OP_SPLIT)
		states_add(pattern, states, at + (uint32_t)step->second, begin, end);
	if ((step->op == OP_BEGIN && begin) || (step->op == OP_END && end))
		states_add(pattern, states, at + 1, begin, end);
}

bool ward_pattern_matches(const struct ward_pattern *pattern, const char *value)
{
	struct states states = {};

	states_add(pattern, &states, 0, true, !*value);
	for (; *value; value++) {
		struct states next = {};

		for (uint32_t i = 0; i < states.n; i++) {
			const struct ward_pattern_step *step = &pattern->steps[states.items[i]];

			if (step->op == OP_SET && set_has(step, (unsigned char)*value))
				states_add(pattern, &next, states.items[i] + 1u, false, !value[1]);
		}
		states = next;
	}
	for (uint32_t i = 0; i < states.n; i++)
		if (pattern->steps[states.items[i]].op == OP_MATCH)
			return true;
	return false;
}
