/* SPDX-License-Identifier: Apache-2.0 */
/* PolicyTests made from what the oracle says, on random worlds: as they are they hold, and with one
 * verdict turned around that one does not.
 *
 * And what is said to break a claim about all pods that could be does: the counter-example is made,
 * as objects beside the world, and the same test is then broken by somebody who is there. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/load.h"
#include "analysis/trial.h"
#include "oracle/oracle.h"
#include "oracle/world-read.h"

enum {
	WORLDS = 400,
	CONNS_A_WORLD = 20,
	CLAIMS_A_WORLD = 6,
	LEAST = 100, /* of each, or the test shows nothing */
};

struct tally {
	uint64_t allowed, denied, made, held, given;
};

/* Manifests and tests, read and tried. */
struct tried {
	struct ward_symbols symbols;
	struct reading reading;
	struct ward_engine *engine;
	struct ward_trials trials;
};

static void tried_init(struct tried *tried, const char *text)
{
	ward_symbols_init(&tried->symbols);
	reading_init(&tried->reading, &tried->symbols);
	reading_add_text(&tried->reading, "world", text, strlen(text));
	ward_snapshot_complete(&tried->reading.snapshot);
	tried->engine = ward_engine_load(&tried->reading.snapshot, WARD_NONE);
	ward_trials_run(tried->engine, &tried->reading.snapshot, NULL, 0, &tried->trials);
}

static void tried_done(struct tried *tried)
{
	ward_trials_done(&tried->trials);
	ward_engine_free(tried->engine);
	reading_done(&tried->reading);
	ward_symbols_done(&tried->symbols);
}

static void fail(const char *what, const char *text)
{
	fprintf(stderr, "%s\n%s", what, text);
	exit(EXIT_FAILURE);
}

static const char *const test_head = "---\napiVersion: ward.dev/v1alpha1\nkind: PolicyTest\n"
				     "metadata: {name: oracle}\nspec:\n  expect:\n";

/* ---- verdicts on pods ---- */

struct expected {
	char line[256];
	bool allow;
};

static uint32_t n_ips(const struct ward_pod *pod)
{
	return pod->n_ips ? pod->n_ips : 1;
}

/* By every address that they have in one family, or by their labels; false: these differ. */
static bool verdict_of(const struct world *world, const struct conn *conn, bool *ret_allow)
{
	const struct ward_pod *from = conn->from.pod, *to = conn->to.pod;
	bool any = false;

	for (uint32_t i = 0; i < n_ips(from); i++)
		for (uint32_t k = 0; k < n_ips(to); k++) {
			struct judgement judgement;
			struct conn one = *conn;

			one.from.ip = from->n_ips ? from->ips[i] : (struct ward_ip){};
			one.to.ip = to->n_ips ? to->ips[k] : (struct ward_ip){};
			if (from->n_ips && to->n_ips && one.from.ip.family != one.to.ip.family)
				continue;
			oracle_judge(world, &one, &judgement);
			if (any && judgement.accept != *ret_allow)
				return false;
			*ret_allow = judgement.accept;
			any = true;
		}
	return any;
}

static bool is_asked_for(const struct ward_pod *pod)
{
	return pod && !pod->host_network && !pod->finished && pod->object.kind == WARD_KIND_POD;
}

static bool expected_make(const struct world *world, struct rng *rng, struct expected *expected)
{
	const struct ward_symbols *symbols = world->symbols;
	const struct ward_pod *from, *to;
	struct conn conn;

	world_random_conn(world, rng, &conn);
	from = conn.from.pod;
	to = conn.to.pod;
	if (!is_asked_for(from) || !is_asked_for(to) || from == to || conn.proto == WARD_OTHER ||
	    !conn.port || conn.via_service || !verdict_of(world, &conn, &expected->allow))
		return false;
	snprintf(expected->line, sizeof(expected->line),
		 "  - {from: %s/%s, to: %s/%s, port: \"%u/%s\", verdict: ",
		 ward_symbol_str(symbols, from->object.ns),
		 ward_symbol_str(symbols, from->object.name),
		 ward_symbol_str(symbols, to->object.ns), ward_symbol_str(symbols, to->object.name),
		 conn.port, ward_proto_str(conn.proto));
	return true;
}

/* The world and a test of all; the one at @turned is turned around. */
static void verdicts_check(const char *manifests, const struct expected *expected, uint32_t n,
			   uint32_t turned, struct tally *tally)
{
	_cleanup_free_ char *text = ward_format("%s%s", manifests, test_head);
	struct tried tried;

	for (uint32_t i = 0; i < n; i++) {
		char *more = ward_format("%s%s%s}\n", text, expected[i].line,
					 expected[i].allow != (i == turned) ? "Allow" : "Deny");

		free(text);
		text = more;
	}
	tried_init(&tried, text);
	if (tried.trials.list.n != 1)
		fail("no test was read", text);
	for (uint32_t i = 0; i < n; i++) {
		enum ward_outcome outcome = tried.trials.list.items[0].results[i].outcome;

		if (outcome == WARD_OUTCOME_ERROR)
			continue; /* a name that means two */
		if (outcome != (i == turned ? WARD_OUTCOME_FAIL : WARD_OUTCOME_PASS))
			fail(expected[i].line, text);
		*(expected[i].allow ? &tally->allowed : &tally->denied) += i == turned;
	}
	tried_done(&tried);
}

/* ---- claims about all that could be ---- */

static void labels_put(FILE *out, const struct ward_witness_label *labels, uint32_t n)
{
	const char *separator = "";

	fputs(", labels: {", out);
	for (uint32_t i = 0; i < n; i++) {
		if (strcmp(labels[i].key, "service account") == 0)
			continue;
		fprintf(out, "%s\"%s\": \"%s\"", separator, labels[i].key, labels[i].value);
		separator = ", ";
	}
	fputs("}", out);
}

static void namespace_put(FILE *out, const struct ward_witness_end *end)
{
	if (end->kind != WARD_SPACE_NEW)
		return;
	fprintf(out, "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: \"%s\"", end->ns);
	labels_put(out, end->namespace_labels, end->n_namespace_labels);
	fputs("}\n", out);
}

static void pod_put(FILE *out, const struct ward_witness_end *end, const char *name,
		    const struct ward_witness *declares)
{
	char ip[WARD_IP_TEXT];

	if (!ward_space_is_pod(end->kind))
		return;
	namespace_put(out, end);
	fprintf(out, "---\napiVersion: v1\nkind: Pod\nmetadata: {name: %s, namespace: \"%s\"", name,
		end->ns);
	labels_put(out, end->labels, end->n_labels);
	fputs("}\nspec:\n", out);
	for (uint32_t i = 0; i < end->n_labels; i++)
		if (strcmp(end->labels[i].key, "service account") == 0)
			fprintf(out, "  serviceAccountName: %s\n", end->labels[i].value);
	fputs("  containers:\n  - name: c\n    ports:\n", out);
	for (uint32_t i = 0; declares && i < declares->n_names; i++)
		fprintf(out, "    - {name: \"%s\", containerPort: %u, protocol: %s}\n",
			declares->names[i], declares->port, ward_proto_str(declares->proto));
	if (end->has_ip)
		fprintf(out, "status: {podIP: \"%s\"}\n", ward_ip_str(end->ip, ip));
}

static bool is_makeable(const struct ward_witness *witness)
{
	return witness->end[WARD_FROM].kind != WARD_SPACE_NODE &&
	       witness->end[WARD_TO].kind != WARD_SPACE_NODE;
}

static void counter_make(const char *text, const struct ward_witness *witness, uint32_t at,
			 struct tally *tally)
{
	_cleanup_free_ char *made = NULL;
	size_t size;
	FILE *out = open_memstream(&made, &size);
	struct tried tried;
	struct ward_result *result;

	fputs(text, out);
	pod_put(out, &witness->end[WARD_FROM], "made-from", NULL);
	pod_put(out, &witness->end[WARD_TO], "made-to", witness);
	fclose(out);
	tried_init(&tried, made);
	result = &tried.trials.list.items[0].results[at];
	if (result->outcome != WARD_OUTCOME_FAIL || !result->counter.given)
		fail("what was said to break it does not", made);
	tally->made++;
	tried_done(&tried);
}

/* Groups of the world, by labels that its selectors ask for as well. */
static const char *const test_groups =
	"---\napiVersion: ward.dev/v1alpha1\nkind: UserGroup\nmetadata: {name: tested-a}\n"
	"spec: {members: [{labels: {a: \"1\"}}, {labels: {b: \"2\"}, namespaces: [x]}]}\n"
	"---\napiVersion: ward.dev/v1alpha1\nkind: UserGroup\nmetadata: {name: tested-b}\n"
	"spec: {members: [{labels: {a: \"2\"}}, {cidrs: [{cidr: 10.0.0.0/16}]}]}\n";

static char *claim_random(struct rng *rng)
{
	static const char *const ends[] = {"tested-a", "tested-b", "any", "{env: prod}"};
	static const char *const ports[] = {"80", "any", "\"80-90\"", "web", "53/UDP"};
	const char *a = ends[rng_below(rng, WARD_ARRAY_SIZE(ends))];
	const char *b = ends[rng_below(rng, WARD_ARRAY_SIZE(ends))];
	const char *port = ports[rng_below(rng, WARD_ARRAY_SIZE(ports))];

	switch (rng_below(rng, 4)) {
	case 0:
		return ward_format("  - {to: %s, onlyFrom: [%s], port: %s}\n", a, b, port);
	case 1:
		return ward_format("  - {from: %s, onlyTo: [%s], port: %s}\n", a, b, port);
	default:
		return ward_format("  - {from: %s, to: %s, port: %s, verdict: %s}\n", a, b, port,
				   rng_chance(rng, 50) ? "Allow" : "Deny");
	}
}

static void claims_check(const char *manifests, struct rng *rng, struct tally *tally)
{
	_cleanup_free_ char *text = ward_format("%s%s%s", manifests, test_groups, test_head);
	struct tried tried;

	for (uint32_t i = 0; i < CLAIMS_A_WORLD; i++) {
		_cleanup_free_ char *before = text, *claim = claim_random(rng);

		text = ward_format("%s%s", before, claim);
	}
	tried_init(&tried, text);
	if (tried.trials.list.n != 1)
		fail("no test was read", text);
	for (uint32_t i = 0; i < CLAIMS_A_WORLD; i++) {
		const struct ward_result *result = &tried.trials.list.items[0].results[i];

		tally->held += result->outcome == WARD_OUTCOME_PASS;
		tally->given += result->outcome == WARD_OUTCOME_FAIL && result->counter.given;
		if (result->outcome == WARD_OUTCOME_FAIL && !result->counter.given &&
		    is_makeable(&result->counter.witness))
			counter_make(text, &result->counter.witness, i, tally);
	}
	tried_done(&tried);
}

static void check_world(uint64_t seed, struct tally *tally)
{
	struct rng rng = {.state = seed};
	struct expected expected[CONNS_A_WORLD];
	struct ward_symbols symbols;
	struct world world = {};
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	uint32_t n = 0;

	ward_symbols_init(&symbols);
	world_random(&world, &symbols, &rng);
	world.rehearses = false;
	world_print(&world, out);
	fclose(out);
	for (uint32_t i = 0; i < CONNS_A_WORLD; i++)
		n += expected_make(&world, &rng, &expected[n]);
	if (n) {
		verdicts_check(text, expected, n, WARD_NONE, tally);
		verdicts_check(text, expected, n, rng_below(&rng, n), tally);
	}
	claims_check(text, &rng, tally);
	world_done(&world);
	ward_symbols_done(&symbols);
}

int main(int argc, char **argv)
{
	uint64_t worlds = argc > 1 ? strtoull(argv[1], NULL, 10) : WORLDS;
	struct tally tally = {};

	for (uint64_t seed = 1; seed <= worlds; seed++)
		check_world(seed, &tally);
	printf("%" PRIu64 " allowed and %" PRIu64 " denied turned around; of claims %" PRIu64
	       " held, %" PRIu64 " broken by somebody, %" PRIu64 " by who could be\n",
	       tally.allowed, tally.denied, tally.held, tally.given, tally.made);
	return tally.allowed < LEAST || tally.denied < LEAST || tally.held < LEAST ||
	       tally.given < LEAST || tally.made < LEAST;
}
