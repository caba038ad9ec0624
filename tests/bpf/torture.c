/* SPDX-License-Identifier: Apache-2.0 */
/* Updates under packets: two nodes, policies and pods that change without pause, letters that are
 * sent without pause, and every one of them is judged by one version, as a whole.
 *
 *	--changes N	how many (10000); more for a soak
 *	--most N	changes a commit, at most (8)
 *	--rate N	they come at random moments, N a second, and not when the last commit is
 *			over: how late the old version's last packet is means something then
 *	--seed N
 *	--linger US	how long some packets take in the second node (3000)
 *	--no-grace 1	the writer does not wait for them: until something goes wrong
 *
 * A commit takes a grace period of some 10 ms, so several changes share one, as they do in life. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "churn.h"
#include "datapath/grace.h"
#include "mail.h"

enum {
	HEAP_LINES = 64, /* too little before long: then it must grow, under packets */
	ORACLE_A_COMMIT = 40,
	SERVICE_EVERY = 50, /* commits its backends change */
	N_BACKENDS = 3,
};

struct options {
	uint64_t changes, most, rate, seed, linger_us, no_grace;
};

struct times {
	WARD_VEC(uint64_t) ns;
};

struct torture {
	struct options options;
	struct town town;
	struct churn churn;
	struct post post;
	uint64_t version;
	uint64_t put_ns[KEPT]; /* when the first change of each version came */
	uint64_t next_ns;      /* when the next one comes, at a rate */
	struct times late, grace;
	uint64_t n_splits, n_merges, n_both_ends, n_services;
	uint32_t n_grown; /* images, before the first letter */
	bool failed;
};

static bool has_no_grace;

int __real_ward_grace_wait(struct ward_grace *grace);
int __wrap_ward_grace_wait(struct ward_grace *grace);

/* Between the datapath and its grace periods (the linker's --wrap). */
int __wrap_ward_grace_wait(struct ward_grace *grace)
{
	return has_no_grace ? 0 : __real_ward_grace_wait(grace);
}

/* Ends the test with a complaint if it failed. */
static void must(int result, int node, const char *what)
{
	if (result == 0)
		return;
	fprintf(stderr, "node %d, %s: %s\n", node, what, strerror(-result));
	exit(EXIT_FAILURE);
}

static void *settle_second(void *userdata)
{
	struct torture *torture = userdata;

	must(ward_datapath_settle(torture->post.datapath[1]), 1, "settle");
	return NULL;
}

/* The Service leads to other pods from now on: the way kube-proxy does it in nftables. */
static void service_change(struct torture *torture)
{
	struct rng *rng = &torture->churn.rng;

	torture->n_services++;
	for (int six = 0; six < N_FAMILIES; six++) {
		char backends[256] = "";
		const char *family = six ? "ip6" : "ip";

		for (int i = 0; i < N_BACKENDS; i++) {
			char text[WARD_IP_TEXT];
			int place = (int)rng_below(rng, N_PODS);
			size_t len = strlen(backends);

			snprintf(backends + len, sizeof(backends) - len, "%s%d : %s", i ? ", " : "",
				 i, ward_ip_str(torture->town.ip[six][place], text));
		}
		for (int node = 0; node < N_NODES; node++)
			net_run(torture->town.node[node],
				"nft 'add table %s town; add chain %s town pre { type nat hook "
				"prerouting priority dstnat; }; flush chain %s town pre; add rule "
				"%s town pre %s daddr %s dnat to numgen random mod %d map { %s }'",
				family, family, family, family, family, service_texts[six],
				N_BACKENDS, backends);
	}
}

static uint64_t both_ends(const struct page *old, const struct page *new)
{
	const struct verdict_seen *a = &old->said[0][0][0][0], *b = &new->said[0][0][0][0];

	for (size_t i = 0; i < sizeof(old->said) / sizeof(*a); i++)
		if (a[i].decision[0] != b[i].decision[0] && a[i].decision[1] != b[i].decision[1])
			return 1;
	return 0;
}

static bool is_told_apart(const struct page *page, int i, int j)
{
	return page->seen[0][i].identity != page->seen[0][j].identity;
}

/* What kind of change was it? */
static void census(struct torture *torture, const struct page *old, const struct page *new)
{
	bool split = false, merge = false;

	for (int i = 0; i < N_PODS; i++)
		for (int j = 0; j < i; j++) {
			split |= !is_told_apart(old, i, j) && is_told_apart(new, i, j);
			merge |= is_told_apart(old, i, j) && !is_told_apart(new, i, j);
		}
	torture->n_splits += split;
	torture->n_merges += merge;
	torture->n_both_ends += both_ends(old, new);
}

static struct version *version_at(struct torture *torture, uint64_t number)
{
	return &torture->post.versions.version[number % KEPT];
}

/* Writes down what the version says that has just come into force. */
static void version_note(struct torture *torture)
{
	struct version *version = version_at(torture, torture->version);
	struct version *before = version_at(torture, torture->version - 1);
	const struct wiring wiring = {churn_place_of, &torture->churn};
	struct churn *churn = &torture->churn;

	for (int node = 0; node < N_NODES; node++) {
		page_fill(&version->node[node], &torture->town, node, churn->node[node],
			  churn->by_now[node].engine, &wiring);
		if (torture->version > 1)
			census(torture, &before->node[node], &version->node[node]);
		torture->failed |=
			!page_agrees(&version->node[node], &torture->town, &churn->by_now[node].now,
				     &churn->rng, ORACLE_A_COMMIT);
	}
	atomic_store_explicit(&version->number, torture->version, memory_order_release);
}

/* When did the version before this one judge for the last time, after the first change? */
static void lateness_note(struct torture *torture, uint64_t version)
{
	uint64_t last = torture->post.last_ns[(version - 1) % KEPT];
	uint64_t put = torture->put_ns[version % KEPT];

	if (last > put)
		ward_vec_push(&torture->late.ns, last - put);
}

static void engines_commit(struct torture *torture)
{
	for (int node = 0; node < N_NODES; node++)
		torture->version = ward_engine_commit(torture->churn.by_now[node].engine)->version;
}

/* Both nodes wait for their grace periods at once, and meanwhile the version is written down. */
static void settle(struct torture *torture)
{
	uint64_t begin = now_ns();
	pthread_t second;

	pthread_create(&second, NULL, settle_second, torture);
	version_note(torture);
	must(ward_datapath_settle(torture->post.datapath[0]), 0, "settle");
	pthread_join(second, NULL);
	ward_vec_push(&torture->grace.ns, now_ns() - begin);
}

static void commit(struct torture *torture)
{
	struct post *post = &torture->post;

	engines_commit(torture);
	atomic_store(&post->begun, torture->version);
	for (int node = 0; node < N_NODES; node++)
		must(churn_publish(&torture->churn, node, post->datapath[node]), node, "commit");
	atomic_store(&post->in_force, torture->version);
	settle(torture);
}

/* How many changes have come, one at least; @ret_ns: when the first did. */
static uint64_t changes_wait(struct torture *torture, uint64_t *ret_ns)
{
	const struct options *options = &torture->options;
	struct rng *rng = &torture->churn.rng;
	uint64_t n = 0;

	*ret_ns = now_ns();
	if (!options->rate)
		return 1 + rng_below(rng, (uint32_t)options->most);
	if (!torture->next_ns)
		torture->next_ns = *ret_ns;
	if (torture->next_ns > *ret_ns)
		usleep((useconds_t)(torture->next_ns - *ret_ns) / 1000 + 1);
	*ret_ns = torture->next_ns;
	for (; torture->next_ns < now_ns(); n++)
		torture->next_ns += rng_below(rng, (uint32_t)(2000000000 / options->rate));
	return n;
}

static void change(struct torture *torture)
{
	uint64_t put, n = changes_wait(torture, &put);

	while (n--)
		churn_change(&torture->churn);
	torture->put_ns[(torture->version + 1) % KEPT] = put;
	commit(torture);
	if (torture->version > KEPT / 2)
		lateness_note(torture, torture->version - KEPT / 4);
	if (torture->version % SERVICE_EVERY == 0 && !torture->options.rate) /* takes long */
		service_change(torture);
}

static int number_cmp(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return left < right ? -1 : left > right;
}

static void times_print(struct times *times, const char *what)
{
	uint32_t n = times->ns.n;
	const uint64_t *ns = times->ns.items;

	if (!n)
		return;
	qsort(times->ns.items, n, sizeof(*ns), number_cmp);
	printf("%s: p50 %.1f ms, p90 %.1f ms, p99 %.1f ms\n", what, ns[n / 2] / 1e6,
	       ns[n * 9 / 10] / 1e6, ns[n * 99 / 100] / 1e6);
}

static uint32_t images_grown(const struct torture *torture)
{
	uint32_t n = 0;

	for (int node = 0; node < N_NODES; node++) {
		struct ward_datapath_status status;

		ward_datapath_status(torture->post.datapath[node], &status);
		n += status.n_grown;
	}
	return n;
}

static void churn_print(const struct torture *torture, double seconds)
{
	printf("%" PRIu64 " changes, %" PRIu64 " commits, %.1f s: %.0f commits a second\n",
	       torture->churn.n_changes, torture->version, seconds, torture->version / seconds);
	printf("  identities split in %" PRIu64 ", merged in %" PRIu64
	       ", both ends changed in %" PRIu64 ";\n  Services changed %" PRIu64
	       " times, images replaced by larger ones %u times\n",
	       torture->n_splits, torture->n_merges, torture->n_both_ends, torture->n_services,
	       images_grown(torture) - torture->n_grown);
}

static bool report(struct torture *torture, double seconds)
{
	const struct post *post = &torture->post;
	struct sender sum = {};
	uint64_t lost = 0, wrong;

	for (int i = 0; i < N_SENDERS; i++) {
		sum.n_sent += post->sender[i].n_sent;
		sum.n_arrived += post->sender[i].n_arrived;
		sum.n_answers += post->sender[i].n_answers;
		sum.n_exact += post->sender[i].n_exact;
		sum.n_wrong += post->sender[i].n_wrong;
		sum.n_lost += post->sender[i].n_lost;
	}
	for (int node = 0; node < N_NODES; node++) {
		struct ward_datapath_counters counters;

		ward_datapath_counters(post->datapath[node], &counters);
		lost += counters.events_lost;
	}
	wrong = post->n_wrong + post->n_stale + sum.n_wrong;
	if (sum.n_lost > post->n_dropped)
		wrong += sum.n_lost;
	churn_print(torture, seconds);
	printf("%" PRIu64 " verdicts, each compared with its version: %" PRIu64 " passed,\n"
	       "  %" PRIu64 " to or from nobody, %" PRIu64 " lies; %" PRIu64
	       " not reported, %" PRIu64 " not understood\n",
	       post->n_reports, post->n_passed, post->n_unready, post->n_lies, lost,
	       post->n_strange);
	printf("%" PRIu64 " letters, %" PRIu64 " arrived, %" PRIu64 " answers; %" PRIu64
	       " met one version only\n",
	       sum.n_sent, sum.n_arrived, sum.n_answers, sum.n_exact);
	times_print(&torture->grace, "grace period of both nodes");
	times_print(&torture->late, "change to last packet of before");
	printf("wrong: %" PRIu64 " (%" PRIu64 " verdicts, %" PRIu64 " by a version that was over, "
	       "%" PRIu64 " letters); lost: %" PRIu64 ", of %" PRIu64 " that the machine dropped\n",
	       wrong, post->n_wrong, post->n_stale, sum.n_wrong, sum.n_lost, post->n_dropped);
	if (has_no_grace)
		printf("expected to be found: %s\n", wrong ? "it was" : "NOT FOUND");
	return (wrong > 0) == has_no_grace &&
	       (has_no_grace || images_grown(torture) > torture->n_grown) && !lost &&
	       !post->n_strange && !torture->failed;
}

static void options_read(struct options *options, int argc, char **argv)
{
	const struct {
		const char *name;
		uint64_t *value;
	} known[] = {
		{"--changes", &options->changes},  {"--most", &options->most},
		{"--rate", &options->rate},	   {"--seed", &options->seed},
		{"--linger", &options->linger_us}, {"--no-grace", &options->no_grace},
	};

	for (int i = 1; i + 1 < argc; i += 2)
		for (size_t k = 0; k < WARD_ARRAY_SIZE(known); k++)
			if (strcmp(argv[i], known[k].name) == 0)
				*known[k].value = strtoull(argv[i + 1], NULL, 10);
}

static bool torture_run(struct torture *torture)
{
	uint64_t begin;

	town_build(&torture->town);
	churn_init(&torture->churn, &torture->town, torture->options.seed);
	for (int node = 0; node < N_NODES; node++)
		torture->post.datapath[node] =
			town_enforce(&torture->town, node, torture->churn.node[node],
				     torture->options.rate ? 0 : HEAP_LINES, /* to grow */
				     node ? (uint32_t)torture->options.linger_us : 0);
	service_change(torture);
	commit(torture);
	torture->n_grown = images_grown(torture);
	begin = now_ns();
	post_open(&torture->post, &torture->town, torture->options.seed);
	if (torture->options.rate) /* what is measured is not how long it waits for a CPU */
		setpriority(PRIO_PROCESS, 0, -15);
	while (torture->churn.n_changes < torture->options.changes && !torture->failed &&
	       !(has_no_grace && torture->post.n_wrong))
		change(torture);
	post_close(&torture->post);
	return report(torture, (now_ns() - begin) / 1e9);
}

int main(int argc, char **argv)
{
	struct torture *torture = ward_new(struct torture);
	_cleanup_free_ char *why = NULL;
	bool good;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (ward_datapath_probe(&why) < 0)
		net_skip(why);
	torture->options = (struct options){
		.changes = 10000, .most = MOST_A_COMMIT, .seed = 1, .linger_us = 3000};
	options_read(&torture->options, argc, argv);
	has_no_grace = torture->options.no_grace;
	good = torture_run(torture);
	for (int node = 0; node < N_NODES; node++)
		ward_datapath_close(torture->post.datapath[node]);
	churn_done(&torture->churn);
	ward_vec_done(&torture->late.ns);
	ward_vec_done(&torture->grace.ns);
	free(torture);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
