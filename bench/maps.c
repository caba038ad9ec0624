/* SPDX-License-Identifier: Apache-2.0 */
/* What two look-ups of addresses cost in a hash map of the kernel, next to the whole verdict that
 * bench/datapath.c measures in the same way: a program that makes two keys and looks them up, net
 * of one that makes them and does not.  Hot: the same key again and again.  Random: each run timed
 * alone.  Needs root; without it says so and exits 77. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "../tests/bpf/net.h"
#include "../tests/bpf/packet.h"
#include "datapath/datapath.h"
#include "datapath/hook.h"

enum {
	N_LOOKUPS = 2,
	PROGRAM_MAX = 64,
	HOT_RUNS = 200000, /* a round */
	RANDOM_RUNS = 200000,
	ROUNDS = 15,
	KEY4 = 4,
	KEY6 = 16,
};

struct program {
	struct bpf_insn list[PROGRAM_MAX];
	uint32_t n;
};

static void add(struct program *program, struct bpf_insn instruction)
{
	program->list[program->n++] = instruction;
}

static struct bpf_insn op(uint8_t code, uint8_t to, int32_t number)
{
	return (struct bpf_insn){.code = code, .dst_reg = to, .imm = number};
}

/* One of @n keys into the last bytes of the stack, and where it is into R2. */
static void add_key(struct program *program, uint32_t n, uint32_t key_size)
{
	add(program, op(BPF_JMP | BPF_CALL, 0, BPF_FUNC_get_prandom_u32));
	add(program, op(BPF_ALU64 | BPF_MOD | BPF_K, BPF_REG_0, n));
	add(program, (struct bpf_insn){
			     .code = BPF_ST | BPF_MEM | BPF_DW, .dst_reg = BPF_REG_10, .off = -16});
	add(program,
	    (struct bpf_insn){.code = BPF_STX | BPF_MEM | (key_size == KEY4 ? BPF_W : BPF_DW),
			      .dst_reg = BPF_REG_10,
			      .src_reg = BPF_REG_0,
			      .off = key_size == KEY4 ? -4 : -8});
	add(program, (struct bpf_insn){.code = BPF_ALU64 | BPF_MOV | BPF_X,
				       .dst_reg = BPF_REG_2,
				       .src_reg = BPF_REG_10});
	add(program, op(BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_2, -(int32_t)key_size));
}

/* @map: that the keys are looked up in, or -1. */
static int program_load(int map, uint32_t n, uint32_t key_size)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts,
		    .expected_attach_type = (enum bpf_attach_type)WARD_BPF_ATTACH_NETFILTER);
	struct program program = {};
	int fd;

	for (int i = 0; i < N_LOOKUPS; i++) {
		add_key(&program, n, key_size);
		if (map < 0)
			continue;
		add(&program, (struct bpf_insn){.code = BPF_LD | BPF_IMM | BPF_DW,
						.dst_reg = BPF_REG_1,
						.src_reg = BPF_PSEUDO_MAP_FD,
						.imm = map});
		add(&program, (struct bpf_insn){});
		add(&program, op(BPF_JMP | BPF_CALL, 0, BPF_FUNC_map_lookup_elem));
	}
	add(&program, op(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 1));
	add(&program, op(BPF_JMP | BPF_EXIT, 0, 0));
	fd = bpf_prog_load((enum bpf_prog_type)WARD_BPF_PROG_TYPE_NETFILTER, NULL, "GPL",
			   program.list, program.n, &opts);
	if (fd < 0)
		net_fail("a program with a hash map");
	return fd;
}

static int map_fill(uint32_t n, uint32_t key_size)
{
	int map =
		bpf_map_create(BPF_MAP_TYPE_HASH, "addresses", key_size, sizeof(uint32_t), n, NULL);

	if (map < 0)
		net_fail("a hash map");
	for (uint32_t i = 0; i < n; i++) {
		uint8_t key[KEY6] = {};

		memcpy(key + (key_size == KEY4 ? 0 : 8), &i, sizeof(i));
		if (bpf_map_update_elem(map, key, &i, BPF_ANY) < 0)
			net_fail("an update of a hash map");
	}
	return map;
}

static uint32_t run(int fd, uint32_t repeat)
{
	const struct packet packet = packet4(1, 2, IPPROTO_TCP, 3, 4, 0, 0);
	uint32_t ns;

	if (packet_run(fd, &packet, repeat, &ns) < 0)
		net_fail("BPF_PROG_TEST_RUN");
	return ns;
}

static int cmp_number(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static int hot(int map, uint32_t key_size)
{
	int with = program_load(map, 1, key_size), without = program_load(-1, 1, key_size);
	int net[ROUNDS];

	for (int i = 0; i < ROUNDS; i++)
		net[i] = (int)run(with, HOT_RUNS) - (int)run(without, HOT_RUNS);
	qsort(net, ROUNDS, sizeof(*net), cmp_number);
	close(with);
	close(without);
	return net[ROUNDS / 2];
}

static double random_mean(int fd)
{
	uint64_t sum = 0;

	for (int i = 0; i < RANDOM_RUNS; i++)
		sum += run(fd, 1);
	return (double)sum / RANDOM_RUNS;
}

static void measure(uint32_t n, uint32_t key_size)
{
	int map = map_fill(n, key_size);
	int with = program_load(map, n, key_size), without = program_load(-1, n, key_size);

	printf("two look-ups in a hash map, IPv%d, of %-8u hot %4d ns, random %4.0f ns\n",
	       key_size == KEY4 ? 4 : 6, n, hot(map, key_size),
	       random_mean(with) - random_mean(without));
	close(with);
	close(without);
	close(map);
}

int main(void)
{
	static const uint32_t sizes[] = {10, 1 << 17, 1000000};
	_cleanup_free_ char *why = NULL;

	if (ward_datapath_probe(&why) < 0)
		net_skip(why);
	net_enter(net_new());
	for (size_t i = 0; i < WARD_ARRAY_SIZE(sizes); i++) {
		measure(sizes[i], KEY4);
		measure(sizes[i], KEY6);
	}
	return 0;
}
