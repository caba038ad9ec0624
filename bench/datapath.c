/* SPDX-License-Identifier: Apache-2.0 */
/* What a verdict costs in the kernel, net of an empty program of the same type in the same run
 * (BPF_PROG_TEST_RUN).  Hot: one packet again and again.  Random: every packet between two other
 * addresses of 131,072, each run timed alone.  Needs root; without it says so and exits 77.
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
	N_ADDRESSES = 1 << 17,
	N_LOCAL = 110,
	N_IDENTITIES = 94, /* of a node in a cluster of 100,000 pods (simulated) */
	N_PORTS = 10,
	HOT_RUNS = 2000000,
	RANDOM_RUNS = 200000,
	ROUNDS = 5,
	FIRST = 0x0a000000,
	REMOTE = FIRST + 2 * N_LOCAL,
	RING_RUNS = 10000, /* denied packets whose events fit into the ring */
	UNKNOWN = 0x08080808,
};

/* Shapes are identities here; local pods are the first addresses, all behind the loopback device,
 * where packets of a test run come from.  Port 80 may be reached by all. */
struct cluster {
	struct ward_endpoint endpoints[N_ADDRESSES];
	struct ward_address addresses[N_ADDRESSES];
	uint32_t ifindex[N_ADDRESSES], identity[N_IDENTITIES];
	struct ward_cell cell;
	struct ward_port_span spans[N_PORTS];
	struct ward_port_map maps[2];
	struct ward_row row;
	struct ward_decision decisions[2];
	struct ward_tables tables;
};

static void cluster_fill(struct cluster *cluster)
{
	for (uint32_t i = 0; i < N_ADDRESSES; i++) {
		uint32_t row = i < N_LOCAL ? 0 : WARD_NONE;

		cluster->endpoints[i] = (struct ward_endpoint){.managed = true, .row = {row, row}};
		cluster->ifindex[i] = 1;
		cluster->addresses[i] = (struct ward_address){
			.ip = {.lo = FIRST + 2 * i, .family = WARD_FAMILY_4},
			.shape = i % N_IDENTITIES,
			.endpoint = i,
			.node = WARD_NONE,
		};
	}
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
		.n_endpoints = N_ADDRESSES,
		.endpoints = cluster->endpoints,
		.n_addresses = N_ADDRESSES,
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

static uint32_t hot(int fd, const struct packet *packet, bool *ret_accept)
{
	uint32_t best = UINT32_MAX, ns;

	for (int i = 0; i < ROUNDS; i++) {
		run(fd, packet, HOT_RUNS / ROUNDS, &ns, ret_accept);
		if (ns < best)
			best = ns;
	}
	return best;
}

static void print_hot(int empty, int ward, const char *what, uint32_t src, uint32_t dst,
		      uint16_t port)
{
	struct packet packet = packet4(src, dst, IPPROTO_TCP, 1024, port, 0, 0);
	bool accept;
	uint32_t base = hot(empty, &packet, &accept), ns = hot(ward, &packet, &accept);

	printf("%-36s %4u ns - %3u ns empty = %4d ns   %s\n", what, ns, base, (int)(ns - base),
	       accept ? "accepted" : "denied");
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

static uint32_t random_remote(unsigned *rng)
{
	return REMOTE + (uint32_t)rand_r(rng) % (N_ADDRESSES - N_LOCAL) * 2;
}

static void print_random(int empty, int ward, const char *what, bool local)
{
	struct packet *packets = ward_new_n(struct packet, RANDOM_RUNS);
	unsigned rng = 3;
	double base, mean;

	for (uint32_t i = 0; i < RANDOM_RUNS; i++) {
		uint32_t src =
			local ? FIRST + (uint32_t)rand_r(&rng) % N_LOCAL * 2 : random_remote(&rng);

		packets[i] = packet4(src, random_remote(&rng), IPPROTO_TCP, 1024, 80, 0, 0);
	}
	base = random_mean(empty, packets);
	mean = random_mean(ward, packets);
	printf("%-36s %4.0f ns - %3.0f ns empty = %4.0f ns\n", what, mean, base, mean - base);
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
	for (int i = 0; i < HOT_RUNS / RING_RUNS; i++) {
		run(program->fd, &packet, RING_RUNS, &ns, &accept);
		if (is_read)
			n_events += ward_events_poll(events, ignore, NULL);
	}
	if (is_read)
		n_events += ward_events_sweep(events, ignore, NULL);
	printf("%-36s %4.0f ns a packet, %lu events\n", what, (cpu_now() - start) / HOT_RUNS * 1e9,
	       n_events);
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
	commit(writer, cluster, "131072 addresses, first");
	commit(writer, cluster, "131072 addresses, other view");
	cluster->cell.map = 1;
	commit(writer, cluster, "one cell changed");
	cluster->cell.map = 0;
	cluster->addresses[N_ADDRESSES - 1].shape = 0;
	commit(writer, cluster, "one pod relabelled");
	commit(writer, cluster, "nothing changed");
}

static void print_all(int empty, int ward)
{
	print_hot(empty, ward, "hot: both ends local", FIRST, FIRST + 2, 80);
	print_hot(empty, ward, "hot: source local", FIRST, REMOTE, 80);
	print_hot(empty, ward, "hot: destination local", REMOTE, FIRST, 80);
	print_hot(empty, ward, "hot: neither, known", REMOTE, REMOTE + 2, 80);
	print_hot(empty, ward, "hot: neither, unknown", UNKNOWN, UNKNOWN + 2, 80);
	print_hot(empty, ward, "hot: denied, counted", FIRST, FIRST + 2, 81);
	print_random(empty, ward, "random: local to any of 131072", true);
	print_random(empty, ward, "random: any to any of 131072", false);
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

int main(void)
{
	struct ward_image_config image = {
		.geometry = ward_geometry_for(N_ADDRESSES, N_ADDRESSES, 1 << 14),
		.node = WARD_NONE,
	};
	const struct ward_program_config config = {image.geometry, false};
	struct cluster *cluster = ward_new(struct cluster);
	struct ward_image_writer *writer;
	struct ward_program program;
	_cleanup_free_ char *why = NULL;
	int empty;

	if (ward_datapath_probe(&why) < 0)
		net_skip(why);
	net_enter(net_new());
	empty = empty_load();
	if (empty < 0 || ward_program_load(&program, &config, &why) < 0)
		net_skip(why ? why : "the empty program does not load");
	image.bytes = program.image;
	writer = ward_image_writer_new(&image);
	cluster_fill(cluster);
	print_commits(writer, cluster);
	print_all(empty, program.fd);
	print_all_floods(&program, cluster, image);
	ward_image_writer_free(writer);
	ward_program_unload(&program);
	close(empty);
	free(cluster);
	return 0;
}
