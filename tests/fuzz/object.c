/* SPDX-License-Identifier: Apache-2.0 */
/* One kind of object, from bytes to verdicts.  The bytes follow on FUZZ_HEAD, its apiVersion and
 * kind, so that they all get to its decoder.  What comes out keeps the promises of its header; and
 * in a small world the oracle, which knows the typed object, and the engine, which knows what it
 * was lowered to, say the same. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "fuzz.h"
#include "oracle/judges.h"
#include "oracle/world-read.h"
#include "promises.h"
#include "small-world.h"

enum {
	CONNS = 24,
	SIZE_MAX_READ = 4096,
};

static const char head[] = FUZZ_HEAD;

static void objects_check(const struct reading *reading)
{
	for (uint32_t i = 0; i < reading->snapshot.objects.n; i++) {
		if (reading->snapshot.objects.items[i])
			object_check(&reading->snapshot, reading->snapshot.objects.items[i]);
	}
}

static void world_judge(const struct world *world, size_t seed)
{
	struct rng rng = {.state = seed};
	void *self = engine_judge.open(world);

	for (int i = 0; i < CONNS; i++) {
		struct judgement got = {};
		struct conn conn;

		world_random_conn(world, &rng, &conn);
		engine_judge.judge(self, &conn, &got);
		if (!judgement_check(world, &conn, engine_judge.name, &got)) {
			fflush(stdout);
			abort();
		}
	}
	engine_judge.close(self);
}

static void text_check(const char *text, size_t size, bool like_server)
{
	struct ward_symbols symbols;
	struct reading reading;
	struct world world;

	ward_symbols_init(&symbols);
	reading_init(&reading, &symbols);
	reading_add_text(&reading, "world", small_world, strlen(small_world));
	if (ward_diags_has_errors(&reading.diags))
		abort();
	reading.like_server = like_server;
	reading_add_text(&reading, "fuzz", text, size);
	reading_world(&reading, &world);
	objects_check(&reading);
	if (like_server)
		world_judge(&world, size);
	world_done(&world);
	reading_done(&reading);
	ward_symbols_done(&symbols);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	_cleanup_free_ char *text = NULL;
	size_t at = strlen(head);

	if (size > SIZE_MAX_READ)
		return 0;
	text = ward_alloc(at + size);
	memcpy(text, head, at);
	memcpy(text + at, bytes, size);
	text_check(text, at + size, false);
	text_check(text, at + size, true);
	return 0;
}
