/* SPDX-License-Identifier: Apache-2.0 */
/* What a verdict costs in the kernel, net of an empty program of the same type in the same run
 * (BPF_PROG_TEST_RUN).  Hot: one packet again and again, in each round between two other addresses;
 * the two programs take turns, and what is printed is the median of the differences.  Random: every
 * packet between two other addresses, each run timed alone; the means.  In clusters of several
 * sizes, of so many addresses of each family. Needs root; without it says so and exits 77.
 *
 * Accepted packets show the verdict, not the report: packets of a test run have no connection
 * state, so they are no first packets and are not told of.  Denied ones are. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <bpf/bpf.h>

#include "../tests/bpf/net.h"
#include "../tests/bpf/packet.h"
#include "datapath/datapath.h"
#include "datapath/events.h"
#include "datapath/hook.h"
#include "datapath/program.h"
#include "image/image.h"

enum {
	N_MOST = 1000000, /* addresses of a family */
	N_USUAL = 1 << 17,
	N_LEAST = 10,
	N_LOCAL = 110,	   /* or a third, if that is less */
	N_IDENTITIES = 94, /* of a node in a cluster of 100,000 pods (simulated) */
	N_PORTS = 10,
	HOT_RUNS = 200000, /* a round */
	RANDOM_RUNS = 200000,
	ROUNDS = 15,
	FIRST = 0x0a000000,
	FLOOD_RUNS = 2000000,
	RING_RUNS = 10000, /* denied packets whose events fit into the ring */
	UNKNOWN = 0x08080808,
};

#define FIRST6 (UINT64_C(0xfd00) << 48)

/* Shapes are identities here; local pods are the first addresses, all behind the loopback device,
 * where packets of a test run come from.  Port 80 may be reached by all. */
struct cluster {
	uint32_t n, n_local; /* addresses of each family */
	struct ward_endpoint *endpoints;
	struct ward_address *addresses;
	uint32_t *ifindex, identity[N_IDENTITIES];
	struct ward_cell cell;
	struct ward_port_span spans[N_PORTS];
	struct ward_port_map maps[2];
	struct ward_row row;
	struct ward_decision decisions[2];
	struct ward_tables tables;
};

/* The address of pod @i; they are not neighbours. */
static struct ward_ip pod_ip(enum ward_family family, uint32_t i)
{
	if (family == WARD_FAMILY_4)
		return (struct ward_ip){.lo = FIRST + 2 * i, .family = family};
	return (struct ward_ip){FIRST6 + i / 256, 2 * i, family};
}

static void addresses_fill(struct cluster *cluster)
{
	for (uint32_t i = 0; i < 2 * cluster->n; i++)
		cluster->addresses[i] = (struct ward_address){
			.ip = pod_ip(i < cluster->n ? WARD_FAMILY_4 : WARD_FAMILY_6,
				     i % cluster->n),
			.shape = i % cluster->n % N_IDENTITIES,
			.endpoint = i % cluster->n,
			.node = WARD_NONE,
		};
}

static struct cluster *cluster_new(uint32_t n)
{
	struct cluster *cluster = ward_new(struct cluster);

	cluster->n = n;
	cluster->n_local = n / 3 < N_LOCAL ? n / 3 : N_LOCAL;
	cluster->endpoints = ward_new_n(struct ward_endpoint, n);
	cluster->addresses = ward_new_n(struct ward_address, 2 * n);
	cluster->ifindex = ward_new_n(uint32_t, n);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t row = i < cluster->n_local ? 0 : WARD_NONE;

		cluster->endpoints[i] = (struct ward_endpoint){.managed = true, .row = {row, row}};
		cluster->ifindex[i] = 1;
	}
	addresses_fill(cluster);
	for (uint32_t i = 0; i < N_IDENTITIES; i++)
		cluster->identity[i] = i;
	for (uint32_t i = 0; i < N_PORTS; i++)
		cluster->spans[i] = (struct ward_port_span){WARD_TCP, 80 + 10 * i, 80 + 10 * i, 1};
	cluster->decisions[1].accept = true;
	cluster->maps[0] = (struct ward_port_map){.n = N_PORTS, .spans = cluster->spans};
	cluster->cell.identity = 7;
	cluster->row = (struct ward_row){.n_cells = 1, .cells = &cluster->cell};
	cluster->tables = (struct ward_tables){
		.version = 1,
		.n_endpoints = n,
		.endpoints = cluster->endpoints,
		.n_addresses = 2 * n,
		.addresses = cluster->addresses,
		.n_shapes = N_IDENTITIES,
		.n_identities = N_IDENTITIES,
		.shape_identity = cluster->identity,
		.n_rows = 1,
		.rows = &cluster->row,
		.n_port_maps = 2,
		.port_maps = cluster->maps,
		.n_decisions = 2,
		.decisions = cluster->decisions,
	};
	return cluster;
}

static void cluster_free(struct cluster *cluster)
{
	free(cluster->endpoints);
	free(cluster->addresses);
	free(cluster->ifindex);
	free(cluster);
}

static int empty_load(void)
{
	static const struct bpf_insn accept[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 1},
		{.code = BPF_JMP | BPF_EXIT},
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts,
		    .expected_attach_type = (enum bpf_attach_type)WARD_BPF_ATTACH_NETFILTER);

	return bpf_prog_load((enum bpf_prog_type)WARD_BPF_PROG_TYPE_NETFILTER, NULL, "GPL", accept,
			     WARD_ARRAY_SIZE(accept), &opts);
}

static void run(int fd, const struct packet *packet, uint32_t repeat, uint32_t *ret_ns,
		bool *ret_accept)
{
	int r = packet_run(fd, packet, repeat, ret_ns);

	if (r < 0) {
		fprintf(stderr, "BPF_PROG_TEST_RUN: %s\n", strerror(-r));
		exit(1);
	}
	*ret_accept = r;
}

static int cmp_number(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* Ends of a packet; in each round another of its kind. */
enum end_kind {
	LOCAL,
	REMOTE,
	STRANGER,
};

static struct ward_ip end_of(const struct cluster *cluster, enum ward_family family,
			     enum end_kind kind, uint32_t round)
{
	uint32_t n_remote = cluster->n - cluster->n_local;

	switch (kind) {
	case LOCAL:
		return pod_ip(family, round % cluster->n_local);
	case REMOTE:
		return pod_ip(family, cluster->n_local + round * 7919 % n_remote);
	default:
		return (struct ward_ip){family == WARD_FAMILY_4 ? 0 : UNKNOWN, UNKNOWN + round,
					family};
	}
}

static void print_hot(int empty, int ward, const struct cluster *cluster, enum ward_family family,
		      const char *what, enum end_kind from, enum end_kind to, uint16_t port)
{
	int net[ROUNDS];
	bool accept;

	for (int i = 0; i < ROUNDS; i++) {
		struct packet packet =
			packet_of(end_of(cluster, family, from, i),
				  end_of(cluster, family, to, i + 1), IPPROTO_TCP, 1024, port);
		uint32_t base, ns;

		run(empty, &packet, HOT_RUNS, &base, &accept);
		run(ward, &packet, HOT_RUNS, &ns, &accept);
		net[i] = (int)ns - (int)base;
	}
	qsort(net, ROUNDS, sizeof(*net), cmp_number);
	printf("hot, IPv%d: %-32s %4d ns   (%d to %d) %s\n", family == WARD_FAMILY_4 ? 4 : 6, what,
	       net[ROUNDS / 2], net[0], net[ROUNDS - 1], accept ? "accepted" : "denied");
}

/* Each run is timed alone: the clock's own cost is in both and falls out. */
static double random_mean(int fd, const struct packet *packets)
{
	uint64_t sum = 0;
	uint32_t ns;
	bool accept;

	for (uint32_t i = 0; i < RANDOM_RUNS; i++) {
		run(fd, &packets[i], 1, &ns, &accept);
		sum += ns;
	}
	return (double)sum / RANDOM_RUNS;
}

static struct ward_ip random_ip(const struct cluster *cluster, enum ward_family family, bool local,
				unsigned *rng)
{
	uint32_t first = local ? 0 : cluster->n_local;
	uint32_t n = local ? cluster->n_local : cluster->n - cluster->n_local;

	return pod_ip(family, first + (uint32_t)rand_r(rng) % n);
}

static void print_random(int empty, int ward, const struct cluster *cluster,
			 enum ward_family family, bool local)
{
	struct packet *packets = ward_new_n(struct packet, RANDOM_RUNS);
	unsigned rng = 3;
	double base, mean;

	for (uint32_t i = 0; i < RANDOM_RUNS; i++)
		packets[i] =
			packet_of(random_ip(cluster, family, local, &rng),
				  random_ip(cluster, family, false, &rng), IPPROTO_TCP, 1024, 80);
	base = random_mean(empty, packets);
	mean = random_mean(ward, packets);
	printf("random, IPv%d: %s to any of %-12u %4.0f ns   (%.0f - %.0f)\n",
	       family == WARD_FAMILY_4 ? 4 : 6, local ? "local" : "any  ", cluster->n, mean - base,
	       mean, base);
	free(packets);
}

static double cpu_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void ignore(void *userdata, const struct ward_flow_event *event)
{
}

/* The same denied packet again and again, and somebody who reads what is told of it, or nobody. */
static void print_flood(const struct ward_program *program, const char *what, bool is_read)
{
	struct packet packet = packet4(FIRST, FIRST + 2, IPPROTO_TCP, 1024, 81, 0, 0);
	struct ward_events *events;
	uint64_t n_events = 0;
	uint32_t ns;
	bool accept;
	double start;

	if (ward_events_open(program, &events) < 0)
		net_skip("the ring of events cannot be read");
	run(program->fd, &packet, 2 * RING_RUNS, &ns, &accept); /* as it is when nobody reads */
	if (is_read)
		ward_events_poll(events, ignore, NULL);
	start = cpu_now();
	for (int i = 0; i < FLOOD_RUNS / RING_RUNS; i++) {
		run(program->fd, &packet, RING_RUNS, &ns, &accept);
		if (is_read)
			n_events += ward_events_poll(events, ignore, NULL);
	}
	if (is_read)
		n_events += ward_events_sweep(events, ignore, NULL);
	printf("%-36s %4.0f ns a packet, %lu events\n", what,
	       (cpu_now() - start) / FLOOD_RUNS * 1e9, n_events);
	ward_events_close(events);
}

/* With an event for every packet, which is what repeats are counted to avoid. */
static void print_floods(const struct ward_program *counting, const struct ward_program *telling)
{
	print_flood(counting, "flood: counted, and read", true);
	print_flood(counting, "flood: counted, nobody reads", false);
	print_flood(telling, "flood: each an event, and read", true);
	print_flood(telling, "flood: each an event, ring full", false);
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Without a grace period, which is waited for behind the store of the head word. */
static void commit(struct ward_image_writer *writer, const struct cluster *cluster,
		   const char *what)
{
	struct ward_image_usage usage;
	double start = now();

	if (ward_image_commit(writer, &cluster->tables, NULL, cluster->ifindex) < 0)
		net_skip("the image is too small");
	start = now() - start;
	ward_image_usage(writer, &usage);
	printf("commit: %-28s %8.3f ms   %u blocks new\n", what, start * 1e3, usage.blocks_written);
}

static void print_commits(struct ward_image_writer *writer, struct cluster *cluster)
{
	commit(writer, cluster, "first");
	commit(writer, cluster, "other view");
	cluster->cell.map = 1;
	commit(writer, cluster, "one cell changed");
	cluster->cell.map = 0;
	cluster->addresses[2 * cluster->n - 1].shape = 0;
	commit(writer, cluster, "one pod relabelled");
	commit(writer, cluster, "nothing changed");
}

static void print_ends(int empty, int ward, const struct cluster *cluster, enum ward_family family)
{
	static const struct {
		const char *what;
		enum end_kind from, to;
		uint16_t port;
	} rows[] = {
		{"both ends local", LOCAL, LOCAL, 80},
		{"source local", LOCAL, REMOTE, 80},
		{"destination local", REMOTE, LOCAL, 80},
		{"source local, to the world", LOCAL, STRANGER, 80},
		{"neither, known", REMOTE, REMOTE, 80},
		{"neither, unknown", STRANGER, STRANGER, 80},
		{"denied, counted", LOCAL, LOCAL, 81},
	};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(rows); i++)
		print_hot(empty, ward, cluster, family, rows[i].what, rows[i].from, rows[i].to,
			  rows[i].port);
}

/* Another program with the same tables, which tells of every packet. */
static void print_all_floods(const struct ward_program *counting, const struct cluster *cluster,
			     struct ward_image_config image)
{
	const struct ward_program_config config = {image.geometry, .report_every = true};
	struct ward_image_writer *writer;
	struct ward_program telling;
	_cleanup_free_ char *why = NULL;

	if (ward_program_load(&telling, &config, &why) < 0)
		net_skip(why);
	image.bytes = telling.image;
	writer = ward_image_writer_new(&image);
	commit(writer, cluster, "the same, for another program");
	print_floods(counting, &telling);
	ward_image_writer_free(writer);
	ward_program_unload(&telling);
}

static void measure(int empty, uint32_t n)
{
	struct ward_image_config image = {
		.geometry = ward_geometry_for(n, n, 1 << 14),
		.node = WARD_NONE,
	};
	const struct ward_program_config config = {image.geometry, false};
	struct cluster *cluster = cluster_new(n);
	struct ward_program program;
	_cleanup_free_ char *why = NULL;
	struct ward_image_writer *writer;

	if (ward_program_load(&program, &config, &why) < 0)
		net_skip(why);
	image.bytes = program.image;
	writer = ward_image_writer_new(&image);
	printf("%u addresses of each family\n", n);
	print_commits(writer, cluster);
	for (enum ward_family family = WARD_FAMILY_4; family <= WARD_FAMILY_6; family++) {
		print_ends(empty, program.fd, cluster, family);
		print_random(empty, program.fd, cluster, family, true);
		print_random(empty, program.fd, cluster, family, false);
	}
	if (n == N_USUAL)
		print_all_floods(&program, cluster, image);
	ward_image_writer_free(writer);
	ward_program_unload(&program);
	cluster_free(cluster);
}

int main(void)
{
	_cleanup_free_ char *why = NULL;
	int empty;

	if (ward_datapath_probe(&why) < 0)
		net_skip(why);
	net_enter(net_new());
	empty = empty_load();
	if (empty < 0)
		net_skip("the empty program does not load");
	measure(empty, N_LEAST);
	measure(empty, N_USUAL);
	measure(empty, N_MOST);
	close(empty);
	return 0;
}
