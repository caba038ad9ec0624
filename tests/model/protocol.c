/* SPDX-License-Identifier: Apache-2.0 */
/* The image's commit protocol as a model, searched exhaustively: every packet is judged by one
 * version, at both of its ends, whatever the memory does.
 *
 * A version is three things: what the addresses of the two ends stand for (a slot each, in the
 * table of a view), and a row (a block of the heap, led to by the root of a view).  Each carries
 * the version that it was last changed in, so a reader notices what is not of the version whose
 * head word it has loaded.
 *
 *	writer	settles (grace, and a sweep or none yet), takes a free block, if there is none after
 *		a sweep, writes the slots of the idle view that are not right already, its root, the
 *		head word; may find no room anywhere before that, may be told that a grace period
 *		failed; may settle at any time between commits, as another thread does; once may
 *		grow: a second image, a second program beside the first (a packet meets both, each
 *		whole), then the first away, a grace period, and its memory is another's
 *	reader	a packet: which program, head word, slot, slot, root, block
 *
 * The writer is src/image/writer.c in short; the memory is memory.h.  What the protocol leans on is
 * taken away one by one, and each time the search must find a packet that sees two versions: the
 * shortest way to it is printed. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "memory.h"
#include "search.h"

enum {
	MOST_READERS = 3,
	MOST_COMMITS = 4,
	N_IMAGES = 2,
	N_BLOCKS = 2, /* the one in force and one more: each commit of a row reuses one */
	N_ENDS = 2,
	N_PARTS = N_ENDS + 1,
	ROW = N_ENDS,	 /* the part that is not a slot */
	ANOTHERS = 0xff, /* what is in memory that was given back */
};

/* Where things are, from the base of an image. */
enum {
	AT_HEAD,
	AT_SECOND,	       /* another word that switches: only where the protocol is broken */
	AT_ROOT,	       /* of each view */
	AT_SLOT = AT_ROOT + 2, /* of each view and end */
	AT_BLOCK = AT_SLOT + 2 * N_ENDS,
	IMAGE_PLACES = AT_BLOCK + N_BLOCKS,
	AT_PROGRAMS = N_IMAGES * IMAGE_PLACES, /* bits: those that are attached */
};

/* How the protocol is broken. */
enum wrong {
	NOTHING,
	NO_GRACE,
	GRACE_FAILED_BUT,
	NO_RELEASE,
	NO_DEPENDENCY,
	SWEEP_BY_IDLE,
	IN_PLACE,
	TWO_WORDS,
	BY_ENDPOINT,
	ATTACH_FIRST,
	FREE_AT_ONCE,
	N_WRONG,
};

static const char *const wrong_names[N_WRONG] = {
	[NOTHING] = "the protocol",
	[NO_GRACE] = "no grace period",
	[GRACE_FAILED_BUT] = "a grace period that failed is taken for one",
	[NO_RELEASE] = "the head word is stored without release",
	[NO_DEPENDENCY] = "addresses do not depend on the head word",
	[SWEEP_BY_IDLE] = "a commit that finds no room frees by the root of its own view",
	[IN_PLACE] = "one table of addresses, changed in place",
	[TWO_WORDS] = "rows are switched by a word of their own",
	[BY_ENDPOINT] = "each end is switched by a word of its own",
	[ATTACH_FIRST] = "the second program is attached before its image is whole",
	[FREE_AT_ONCE] = "the first image is given back without a grace period",
};

struct reader {
	uint8_t at;	 /* enum reader_at */
	uint8_t is_old;	 /* the writer waits for it */
	uint8_t base;	 /* its horizon when it began */
	uint8_t horizon; /* with what it has depended on since */
	uint8_t image, view, version, ref;
};

enum reader_at {
	R_IDLE,
	R_PROGRAM,
	R_HEAD,
	R_SLOT, /* of each end */
	R_SECOND = R_SLOT + N_ENDS,
	R_ROOT,
	R_BLOCK,
};

enum writer_at {
	W_IDLE,
	W_GRACE,
	W_BLOCK,
	W_SLOT,
	W_ROOT = W_SLOT + N_ENDS,
	W_HEAD,
	W_SECOND,
	W_ATTACH,
	W_DETACH,
	W_FREE,
};

struct state {
	struct memory memory;
	struct reader readers[MOST_READERS];
	uint8_t visible; /* the horizon of who begins now */
	/* The writer. */
	uint8_t at, after_grace;      /* enum writer_at */
	uint8_t version, image, view; /* in force */
	uint8_t settled, used;	      /* blocks, by bit */
	uint8_t changed, ref;	      /* of the commit under way: parts, by bit; its row */
	uint8_t commits_left, failures_left, grace_failures_left, growths_left, growing;
	uint8_t truth[MOST_COMMITS + 1][N_PARTS];
};
_Static_assert(_Alignof(struct state) == 1, "no holes: states are compared as bytes");

/* Of a run. */
static enum wrong broken;
static int n_readers;

static uint8_t place(uint8_t image, uint8_t at)
{
	return image * IMAGE_PLACES + at;
}

static uint8_t slot_place(uint8_t image, uint8_t view, uint8_t end)
{
	return place(image, AT_SLOT + (broken == IN_PLACE ? 0 : view) * N_ENDS + end);
}

/* ---- readers ---- */

/* The loads of a packet, one after the other. */
static uint8_t reader_next(uint8_t at)
{
	static const uint8_t right[] = {R_PROGRAM, R_HEAD, R_SLOT, R_SLOT + 1, R_ROOT, R_BLOCK};
	static const uint8_t two_words[] = {R_PROGRAM, R_HEAD, R_SLOT, R_SLOT + 1,
					    R_SECOND,  R_ROOT, R_BLOCK};
	static const uint8_t by_endpoint[] = {R_PROGRAM,  R_HEAD, R_SLOT, R_SECOND,
					      R_SLOT + 1, R_ROOT, R_BLOCK};
	const uint8_t *order = broken == TWO_WORDS     ? two_words
			       : broken == BY_ENDPOINT ? by_endpoint
						       : right;

	while (*order != at)
		order++;
	return order[1];
}

static uint8_t reader_place(const struct reader *reader)
{
	switch (reader->at) {
	case R_PROGRAM:
		return AT_PROGRAMS;
	case R_HEAD:
		return place(reader->image, AT_HEAD);
	case R_SECOND:
		return place(reader->image, AT_SECOND);
	case R_ROOT:
		return place(reader->image, AT_ROOT + reader->view);
	case R_BLOCK:
		return place(reader->image, AT_BLOCK + reader->ref);
	default:
		return slot_place(reader->image, reader->view, reader->at - R_SLOT);
	}
}

/* What a reader makes of a value; false: it is of another version. */
static bool reader_take(const struct state *state, struct reader *reader, uint8_t value)
{
	const uint8_t *truth = state->truth[reader->version];

	switch (reader->at) {
	case R_PROGRAM:
		break; /* the caller chooses */
	case R_HEAD:
		reader->view = value & 1;
		reader->version = value >> 1;
		if (value == ANOTHERS)
			return false;
		break;
	case R_SECOND:
		reader->view = value & 1;
		break;
	case R_ROOT:
		reader->ref = value;
		if (value >= N_BLOCKS)
			return false;
		break;
	case R_BLOCK:
		if (value != truth[ROW])
			return false;
		*reader = (struct reader){};
		return true;
	default:
		if (value != truth[reader->at - R_SLOT])
			return false;
	}
	reader->at = reader_next(reader->at);
	return true;
}

static bool is_switch(uint8_t at)
{
	return at == R_PROGRAM || at == R_HEAD || at == R_SECOND;
}

static void normalise(struct state *state);

static void reader_reach(struct search *search, struct state *next, int i, uint8_t value,
			 uint8_t what)
{
	bool right = reader_take(next, &next->readers[i], value);

	normalise(next);
	search_reach(search, (struct step){1 + i, what, value}, next, !right);
}

/* A load returns the store @number - 1, or what was there before all; for a program, one of those
 * that are attached. */
static void reader_load(struct search *search, const struct state *state, int i, uint8_t number)
{
	const struct memory_store none = {};
	const struct memory_store *store = number ? &state->memory.stores[number - 1] : &none;
	uint8_t at = state->readers[i].at;

	for (uint8_t image = 0; image < (at == R_PROGRAM ? N_IMAGES : 1); image++) {
		struct state next = *state;
		struct reader *reader = &next.readers[i];

		if (at == R_PROGRAM && !(store->value >> image & 1))
			continue;
		if (at == R_PROGRAM)
			reader->image = image;
		if (is_switch(at) && store->releases && broken != NO_DEPENDENCY &&
		    number > reader->horizon)
			reader->horizon = number;
		reader_reach(search, &next, i, at == R_PROGRAM ? image : store->value, at);
	}
}

static void reader_expand(struct search *search, const struct state *state, int i)
{
	const struct reader *reader = &state->readers[i];
	uint8_t horizon = reader->at == R_SECOND ? reader->base : reader->horizon;
	uint8_t from, oldest;

	if (reader->at == R_IDLE) {
		struct state next = *state;

		next.readers[i] = (struct reader){.at = R_PROGRAM,
						  .base = state->visible,
						  .horizon = state->visible};
		normalise(&next);
		search_reach(search, (struct step){1 + i, R_IDLE}, &next, false);
		return;
	}
	from = reader_place(reader);
	oldest = memory_oldest(&state->memory, from, horizon);
	if (!oldest)
		reader_load(search, state, i, 0);
	for (uint8_t n = oldest ? oldest : 1; n <= state->memory.n; n++)
		if (state->memory.stores[n - 1].place == from)
			reader_load(search, state, i, n);
}

/* ---- the writer ---- */

/* The only root that leads anywhere is the one in force. */
static void sweep(struct state *state)
{
	state->used = 1 << memory_last(&state->memory, place(state->image, AT_ROOT + state->view));
}

static void grace_begin(struct state *state, uint8_t after)
{
	state->at = W_GRACE;
	state->after_grace = after;
	if (broken == NO_GRACE || (broken == FREE_AT_ONCE && after == W_FREE))
		return;
	state->visible = state->memory.n;
	for (int i = 0; i < n_readers; i++)
		state->readers[i].is_old = state->readers[i].at != R_IDLE;
}

static bool grace_is_over(const struct state *state)
{
	for (int i = 0; i < n_readers; i++)
		if (state->readers[i].is_old)
			return false;
	return true;
}

static void grace_end(struct state *state, bool sweeps)
{
	for (int i = 0; i < n_readers; i++)
		state->readers[i].is_old = false;
	if (sweeps)
		sweep(state);
	state->settled = true;
	state->at = state->after_grace;
	state->after_grace = 0;
}

static void give_up(struct state *state)
{
	memset(state->truth[state->version + 1], 0, N_PARTS);
	state->changed = 0;
	state->ref = 0;
	state->at = W_IDLE;
}

static void writer_reach(struct search *search, struct state *next, uint8_t what, uint8_t value)
{
	normalise(next);
	search_reach(search, (struct step){0, what, value}, next, false);
}

enum what {
	BEGINS, /* the first are like enum writer_at */
	FAILS = W_FREE + 1,
	GRACE_FAILS,
	SETTLES,
	GROWS,
};

/* The parts that a version changes. */
static void begin(struct search *search, const struct state *state, uint8_t changed)
{
	struct state next = *state;

	next.commits_left--;
	next.changed = changed;
	for (int part = 0; part < N_PARTS; part++)
		next.truth[next.version + 1][part] =
			changed >> part & 1 ? next.version + 2 : next.truth[next.version][part];
	if (next.settled)
		next.at = W_BLOCK;
	else
		grace_begin(&next, W_BLOCK);
	writer_reach(search, &next, BEGINS, changed);
}

/* The next version is written into another image, all of it. */
static void grow(struct search *search, const struct state *state)
{
	struct state next = *state;

	next.growths_left--;
	next.commits_left--;
	next.growing = true;
	next.changed = (1 << N_PARTS) - 1;
	memset(next.truth[next.version + 1], next.version + 2, N_PARTS);
	next.at = broken == ATTACH_FIRST ? W_ATTACH : W_BLOCK;
	writer_reach(search, &next, GROWS, 0);
}

static void idle_expand(struct search *search, const struct state *state)
{
	static const uint8_t changes[] = {1, 3, 4, 7}; /* one end, both, the row, all */

	if (!state->settled) {
		struct state next = *state;

		grace_begin(&next, W_IDLE);
		writer_reach(search, &next, SETTLES, 0);
	}
	if (!state->commits_left)
		return;
	for (size_t i = 0; i < sizeof(changes); i++)
		begin(search, state, changes[i]);
	if (state->growths_left)
		grow(search, state);
}

static void grace_expand(struct search *search, const struct state *state)
{
	struct state next = *state;

	for (int sweeps = 0; sweeps < 2 && grace_is_over(state); sweeps++) {
		next = *state;
		grace_end(&next, sweeps);
		writer_reach(search, &next, W_GRACE, sweeps);
	}
	if (!state->grace_failures_left || state->after_grace == W_FREE)
		return;
	next = *state;
	next.grace_failures_left--;
	if (broken == GRACE_FAILED_BUT) {
		grace_end(&next, true);
	} else {
		for (int i = 0; i < n_readers; i++)
			next.readers[i].is_old = false;
		give_up(&next);
		next.after_grace = 0;
	}
	writer_reach(search, &next, GRACE_FAILS, 0);
}

static uint8_t target_image(const struct state *state)
{
	return state->growing ? !state->image : state->image;
}

static uint8_t target_view(const struct state *state)
{
	return state->growing ? 0 : !state->view;
}

/* Does nothing if it is there already. */
static void put(struct state *state, uint8_t where, uint8_t value)
{
	if (memory_last(&state->memory, where) != value)
		memory_put(&state->memory, where, value, false);
}

static uint8_t block_free(const struct state *state)
{
	uint8_t block = 0;

	while (block < N_BLOCKS && state->used >> block & 1)
		block++;
	return block;
}

/* A block for the row: a free one, or the one that is there. */
static bool block_put(struct state *state)
{
	uint8_t block;

	state->ref = memory_last(&state->memory, place(state->image, AT_ROOT + state->view));
	if (!(state->changed >> ROW & 1))
		return true;
	if (state->growing)
		state->used = 0;
	block = block_free(state);
	if (block == N_BLOCKS) {
		sweep(state);
		block = block_free(state);
	}
	if (block == N_BLOCKS)
		return false;
	state->used |= 1 << block;
	state->ref = block;
	put(state, place(target_image(state), AT_BLOCK + block),
	    state->truth[state->version + 1][ROW]);
	return true;
}

static void head_put(struct state *state)
{
	uint8_t image = target_image(state), view = target_view(state);

	state->version++;
	memory_put(&state->memory, place(image, AT_HEAD), state->version << 1 | view,
		   broken != NO_RELEASE);
	if (state->growing) {
		state->at = broken == ATTACH_FIRST ? W_DETACH : W_ATTACH;
		return;
	}
	state->view = view;
	state->settled = false;
	state->changed = state->ref = 0;
	state->at = broken == TWO_WORDS || broken == BY_ENDPOINT ? W_SECOND : W_IDLE;
}

/* The first image is another's memory from now on. */
static void image_give_back(struct state *state)
{
	for (uint8_t at = 0; at < IMAGE_PLACES; at++)
		if (at != AT_SECOND)
			put(state, place(state->image, at), ANOTHERS);
	state->image = !state->image;
	state->view = 0;
	state->growing = false;
	sweep(state);
	state->changed = state->ref = 0;
	state->at = W_IDLE;
}

static bool writer_step(struct state *state)
{
	uint8_t image = target_image(state), view = target_view(state);

	switch (state->at) {
	case W_BLOCK:
		state->at++;
		return block_put(state);
	case W_ROOT:
		put(state, place(image, AT_ROOT + view), state->ref);
		state->at++;
		return true;
	case W_HEAD:
		head_put(state);
		return true;
	case W_SECOND:
		memory_put(&state->memory, place(image, AT_SECOND),
			   state->version << 1 | state->view, true);
		state->at = W_IDLE;
		return true;
	case W_ATTACH:
		memory_put(&state->memory, AT_PROGRAMS, 3, true);
		state->at = broken == ATTACH_FIRST ? W_BLOCK : W_DETACH;
		return true;
	case W_DETACH:
		memory_put(&state->memory, AT_PROGRAMS, 1 << image, true);
		grace_begin(state, W_FREE);
		return true;
	case W_FREE:
		image_give_back(state);
		return true;
	default: /* a slot */
		put(state, slot_place(image, view, state->at - W_SLOT),
		    state->truth[state->version + 1][state->at - W_SLOT]);
		state->at++;
		return true;
	}
}

static void writer_fail(struct state *state)
{
	uint8_t own = place(state->image, AT_ROOT + !state->view);

	sweep(state);
	if (broken == SWEEP_BY_IDLE)
		state->used = 1 << memory_last(&state->memory, own);
	give_up(state);
}

static void writer_expand(struct search *search, const struct state *state)
{
	struct state next = *state;

	if (state->at == W_IDLE || state->at == W_GRACE) {
		if (state->at == W_IDLE)
			idle_expand(search, state);
		else
			grace_expand(search, state);
		return;
	}
	if (!writer_step(&next)) {
		next = *state;
		writer_fail(&next);
	}
	writer_reach(search, &next, state->at, 0);
	if (state->at < W_SLOT || state->at > W_ROOT || !state->failures_left || state->growing)
		return;
	next = *state;
	next.failures_left--;
	writer_fail(&next);
	writer_reach(search, &next, FAILS, 0);
}

/* ---- states ---- */

/* Which packet is which means nothing (but to who reads a trace), and what nobody can see is
 * forgotten: so the same state is reached by more ways. */
static int reader_cmp(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct reader));
}

static void normalise(struct state *state)
{
	uint8_t horizon = state->visible, time[MEMORY_STORES + 1];

	for (int i = 0; i < n_readers; i++)
		if (state->readers[i].at != R_IDLE && state->readers[i].base < horizon)
			horizon = state->readers[i].base;
	memory_forget(&state->memory, horizon, time);
	state->visible = time[state->visible];
	for (int i = 0; i < n_readers; i++) {
		state->readers[i].base = time[state->readers[i].base];
		state->readers[i].horizon = time[state->readers[i].horizon];
	}
	if (broken == NOTHING)
		qsort(state->readers, n_readers, sizeof(struct reader), reader_cmp);
}

static void expand(struct search *search, const void *state)
{
	const struct state *now = state;

	writer_expand(search, now);
	for (int i = 0; i < n_readers; i++)
		reader_expand(search, now, i);
}

static const char *parts_of(uint8_t changed)
{
	return changed == 1   ? "one end"
	       : changed == 3 ? "both ends"
	       : changed == 4 ? "the row"
			      : "everything";
}

static void writer_print(const struct step *step, const struct state *before)
{
	static const char *const texts[] = {
		[W_GRACE] = "the grace period is over, a sweep",
		[W_BLOCK] = "writes the row of the next version into a block",
		[W_SLOT] = "writes the slot of the first end",
		[W_SLOT + 1] = "writes the slot of the second end",
		[W_ROOT] = "writes the root",
		[W_HEAD] = "stores the head word",
		[W_SECOND] = "stores the other word",
		[W_ATTACH] = "attaches the second program",
		[W_DETACH] = "takes the first program away",
		[W_FREE] = "gives the first image back",
		[FAILS] = "finds no room and gives up",
		[GRACE_FAILS] = "the grace period fails",
		[SETTLES] = "settles",
		[GROWS] = "begins a larger image",
	};

	if (step->what == BEGINS)
		printf("    writer: begins version %u, which changes %s\n", before->version + 1,
		       parts_of(step->value));
	else if (step->what == W_GRACE && !step->value)
		printf("    writer: the grace period is over\n");
	else if (step->what == W_BLOCK && !(before->changed >> ROW & 1))
		printf("    writer: keeps the row\n");
	else
		printf("    writer: %s\n", texts[step->what]);
}

static void reader_print(const struct step *step)
{
	static const char *const texts[] = {
		[R_HEAD] = "the head word",
		[R_SLOT] = "the slot of the first end",
		[R_SLOT + 1] = "the slot of the second end",
		[R_SECOND] = "the other word",
		[R_ROOT] = "the root",
		[R_BLOCK] = "the block of the row",
	};

	printf("    packet %u: ", step->who);
	if (step->what == R_IDLE)
		printf("begins\n");
	else if (step->what == R_PROGRAM)
		printf("runs program %u\n", step->value + 1);
	else if (step->value == ANOTHERS)
		printf("loads %s: another's memory\n", texts[step->what]);
	else if (step->what == R_HEAD || step->what == R_SECOND)
		printf("loads %s: version %u, view %u\n", texts[step->what], step->value >> 1,
		       step->value & 1);
	else if (step->what == R_ROOT)
		printf("loads the root: block %u\n", step->value);
	else if (!step->value)
		printf("loads %s: nothing\n", texts[step->what]);
	else
		printf("loads %s: as of version %u\n", texts[step->what], step->value - 1);
}

static void print(const struct step *step, const void *before)
{
	if (step->who == 0)
		writer_print(step, before);
	else
		reader_print(step);
}

/* Version 0 is in force in the first view of the first image, and everybody knows. */
static struct state first_state(int commits, int failures, int growths)
{
	struct state state = {
		.settled = true,
		.used = 1,
		.commits_left = commits,
		.failures_left = failures,
		.grace_failures_left = failures,
		.growths_left = growths,
	};

	memset(state.truth[0], 1, N_PARTS);
	memory_put(&state.memory, AT_PROGRAMS, 1, true);
	for (uint8_t end = 0; end < N_ENDS; end++)
		memory_put(&state.memory, slot_place(0, 0, end), 1, false);
	memory_put(&state.memory, place(0, AT_BLOCK), 1, false);
	memory_put(&state.memory, place(0, AT_ROOT), 0, false);
	memory_put(&state.memory, place(0, AT_HEAD), 0, true);
	memory_put(&state.memory, place(0, AT_SECOND), 0, true);
	state.visible = state.memory.n;
	return state;
}

/* True if it is as it should be. */
static bool check(enum wrong wrong, int readers, int commits, int failures, int growths)
{
	static const struct search_model model = {sizeof(struct state), expand, print};
	struct search_result result;
	struct state first;

	broken = wrong;
	n_readers = readers;
	first = first_state(commits, failures, growths);
	printf("%s:\n", wrong_names[wrong]);
	result = search_run(&model, &first);
	printf("  %" PRIu64 " states, %" PRIu64 " steps, %d packets at a time, %d commits: %s\n",
	       result.n_states, result.n_steps, readers, commits,
	       !result.wrong ? "each packet sees one version"
	       : wrong	     ? "found, as expected"
			     : "WRONG");
	if (result.wrong == (wrong != NOTHING))
		return true;
	printf("expected was: %s\n", wrong ? "to be found wrong" : "no packet that sees two");
	return false;
}

int main(int argc, char **argv)
{
	int commits = argc > 1 && argv[1][0] == '4' ? MOST_COMMITS : 3; /* 4: a minute, 3 GB */
	bool good = true;

	for (enum wrong wrong = NOTHING + 1; wrong < N_WRONG; wrong++)
		good &= check(wrong, 2, 3, 1, wrong >= ATTACH_FIRST);
	good &= check(NOTHING, 2, commits, 1, 1);
	good &= check(NOTHING, 3, commits - 1, 1, 1);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
