/* SPDX-License-Identifier: Apache-2.0 */
/* The program never stores to the image: the kernel's verifier proves it.
 *
 * With BPF_F_RDONLY_PROG on a map the verifier refuses every program in which some path may write
 * to it.  User space could not write such a map either, so Ward does not load it this way; but
 * that the very same instructions are accepted this way is the proof. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <linux/bpf.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <cmocka.h>

#include "datapath/datapath.h"
#include "datapath/hook.h"
#include "image/image.h"
#include "net.h"
#include "ward.skel.h"

static const struct ward_geometry geometry = {64, 64, 1024};

static int load(uint32_t more_flags)
{
	struct ward_bpf *object = ward_bpf__open();
	struct bpf_map *image = object->maps.ward_image;
	struct bpf_program *judge = object->progs.ward_prerouting;
	int r;

	memcpy(&object->rodata->ward_geometry, &geometry, sizeof(geometry));
	bpf_program__set_type(judge, (enum bpf_prog_type)WARD_BPF_PROG_TYPE_NETFILTER);
	bpf_program__set_expected_attach_type(judge,
					      (enum bpf_attach_type)WARD_BPF_ATTACH_NETFILTER);
	bpf_program__set_autoload(judge, true);
	bpf_map__set_value_size(image, ward_image_size(&geometry));
	bpf_map__set_map_flags(image, bpf_map__map_flags(image) | more_flags);
	r = ward_bpf__load(object);
	ward_bpf__destroy(object);
	return r;
}

static void the_program_only_reads_the_image(void **state)
{
	assert_int_equal(load(0), 0);
	assert_int_equal(load(BPF_F_RDONLY_PROG), 0);
}

/* That the flag means what it says: a program that does store is refused. */
static void a_store_is_found(void **state)
{
	const struct bpf_insn store[] = {
		{.code = BPF_ST | BPF_MEM | BPF_W, .dst_reg = BPF_REG_10, .off = -4},
		{.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = BPF_REG_2, .src_reg = BPF_REG_10},
		{.code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = BPF_REG_2, .imm = -4},
		{.code = BPF_LD | BPF_IMM | BPF_DW,
		 .dst_reg = BPF_REG_1,
		 .src_reg = BPF_PSEUDO_MAP_FD},
		{},
		{.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_map_lookup_elem},
		{.code = BPF_JMP | BPF_JEQ | BPF_K, .dst_reg = BPF_REG_0, .off = 1},
		{.code = BPF_ST | BPF_MEM | BPF_W, .dst_reg = BPF_REG_0, .imm = 1},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 1},
		{.code = BPF_JMP | BPF_EXIT},
	};
	static const uint32_t flags[] = {0, BPF_F_RDONLY_PROG};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(flags); i++) {
		LIBBPF_OPTS(bpf_map_create_opts, map_opts, .map_flags = flags[i]);
		LIBBPF_OPTS(bpf_prog_load_opts, opts,
			    .expected_attach_type =
				    (enum bpf_attach_type)WARD_BPF_ATTACH_NETFILTER);
		struct bpf_insn program[WARD_ARRAY_SIZE(store)];
		_cleanup_close_ int map =
			bpf_map_create(BPF_MAP_TYPE_ARRAY, "target", 4, 64, 1, &map_opts);
		_cleanup_close_ int fd = -1;

		memcpy(program, store, sizeof(store));
		program[3].imm = map;
		fd = bpf_prog_load((enum bpf_prog_type)WARD_BPF_PROG_TYPE_NETFILTER, NULL, "GPL",
				   program, WARD_ARRAY_SIZE(program), &opts);
		if (flags[i])
			assert_int_equal(fd, -EACCES);
		else
			assert_true(fd >= 0);
	}
}

int main(void)
{
	_cleanup_free_ char *why = NULL;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_program_only_reads_the_image),
		cmocka_unit_test(a_store_is_found),
	};

	if (ward_datapath_probe(&why) < 0)
		net_skip(why);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
