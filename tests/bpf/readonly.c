/* SPDX-License-Identifier: Apache-2.0 */
/* The program never stores to the image: the kernel's verifier proves it.
 *
 * With BPF_F_RDONLY_PROG on a map the verifier refuses every program in which some path may write
 * to it, in whatever function, itself or through one of the kernel's.  User space could not write
 * such a map either, so Ward does not load it this way; but that the very same instructions are
 * accepted this way is the proof. */
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

/* Programs that write to the value of a map: looked up by the first instructions, which are the
 * same for all, it is in R0. */
#define LOOK_UP                                                                                    \
	{.code = BPF_ST | BPF_MEM | BPF_W, .dst_reg = BPF_REG_10, .off = -4},                      \
		{.code = BPF_ALU64 | BPF_MOV | BPF_X,                                              \
		 .dst_reg = BPF_REG_2,                                                             \
		 .src_reg = BPF_REG_10},                                                           \
		{.code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = BPF_REG_2, .imm = -4}, MAP,       \
		{.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_map_lookup_elem},                     \
		{.code = BPF_JMP | BPF_JNE | BPF_K, .dst_reg = BPF_REG_0, .off = 2}, ACCEPT
/* Two instructions' worth; the number of the map is filled in. */
#define MAP                                                                                        \
	{.code = BPF_LD | BPF_IMM | BPF_DW, .dst_reg = BPF_REG_1, .src_reg = BPF_PSEUDO_MAP_FD},   \
	{                                                                                          \
	}
#define SET(reg, value)                                                                            \
	{                                                                                          \
		.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = (reg), .imm = (value)              \
	}
#define COPY(reg, from)                                                                            \
	{                                                                                          \
		.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = (reg), .src_reg = (from)           \
	}
#define STORE(reg)                                                                                 \
	{                                                                                          \
		.code = BPF_ST | BPF_MEM | BPF_W, .dst_reg = (reg), .imm = 1                       \
	}
#define CALL(function)                                                                             \
	{                                                                                          \
		.code = BPF_JMP | BPF_CALL, .imm = (function)                                      \
	}
#define ACCEPT                                                                                     \
	SET(BPF_REG_0, 1),                                                                         \
	{                                                                                          \
		.code = BPF_JMP | BPF_EXIT                                                         \
	}

static const struct writing {
	const char *how;
	struct bpf_insn program[24];
} writings[] = {
	{"a store", {LOOK_UP, STORE(BPF_REG_0), ACCEPT}},
	{"an atomic addition",
	 {LOOK_UP,
	  SET(BPF_REG_1, 1),
	  {.code = BPF_STX | BPF_ATOMIC | BPF_DW,
	   .dst_reg = BPF_REG_0,
	   .src_reg = BPF_REG_1,
	   .imm = BPF_ADD},
	  ACCEPT}},
	{"an exchange",
	 {LOOK_UP,
	  SET(BPF_REG_1, 1),
	  {.code = BPF_STX | BPF_ATOMIC | BPF_DW,
	   .dst_reg = BPF_REG_0,
	   .src_reg = BPF_REG_1,
	   .imm = BPF_XCHG},
	  ACCEPT}},
	{"a store in a function",
	 {LOOK_UP,
	  COPY(BPF_REG_1, BPF_REG_0),
	  {.code = BPF_JMP | BPF_CALL, .src_reg = BPF_PSEUDO_CALL, .imm = 2},
	  ACCEPT,
	  STORE(BPF_REG_1),
	  ACCEPT}},
	{"a function of the kernel that copies into it",
	 {LOOK_UP, COPY(BPF_REG_1, BPF_REG_0), SET(BPF_REG_2, 8), COPY(BPF_REG_3, BPF_REG_10),
	  CALL(BPF_FUNC_probe_read_kernel), ACCEPT}},
	{"an update",
	 {LOOK_UP,
	  COPY(BPF_REG_3, BPF_REG_0),
	  MAP,
	  COPY(BPF_REG_2, BPF_REG_10),
	  {.code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = BPF_REG_2, .imm = -4},
	  SET(BPF_REG_4, 0),
	  CALL(BPF_FUNC_map_update_elem),
	  ACCEPT}},
	{"a dynamic pointer",
	 {LOOK_UP,
	  COPY(BPF_REG_1, BPF_REG_0),
	  SET(BPF_REG_2, 8),
	  SET(BPF_REG_3, 0),
	  COPY(BPF_REG_4, BPF_REG_10),
	  {.code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = BPF_REG_4, .imm = -24},
	  CALL(BPF_FUNC_dynptr_from_mem),
	  ACCEPT}},
};

/* As long as it is not all zeros. */
static uint32_t program_size(const struct bpf_insn *program)
{
	uint32_t size = WARD_ARRAY_SIZE(writings[0].program);

	while (!program[size - 1].code)
		size--;
	return size;
}

static int writing_load(const struct writing *writing, uint32_t flags)
{
	LIBBPF_OPTS(bpf_map_create_opts, map_opts, .map_flags = flags);
	LIBBPF_OPTS(bpf_prog_load_opts, opts,
		    .expected_attach_type = (enum bpf_attach_type)WARD_BPF_ATTACH_NETFILTER);
	struct bpf_insn program[WARD_ARRAY_SIZE(writing->program)];
	_cleanup_close_ int map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "target", 4, 64, 1, &map_opts);
	int fd;

	memcpy(program, writing->program, sizeof(program));
	for (uint32_t i = 0; i < WARD_ARRAY_SIZE(program); i++)
		if (program[i].code == (BPF_LD | BPF_IMM | BPF_DW))
			program[i].imm = map;
	fd = bpf_prog_load((enum bpf_prog_type)WARD_BPF_PROG_TYPE_NETFILTER, NULL, "GPL", program,
			   program_size(program), &opts);
	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

/* That the flag means what it says: a program that writes in any way is refused, and for no other
 * reason. */
static void what_writes_is_found(void **state)
{
	for (size_t i = 0; i < WARD_ARRAY_SIZE(writings); i++) {
		int free = writing_load(&writings[i], 0);
		int bound = writing_load(&writings[i], BPF_F_RDONLY_PROG);

		if (free != 0 || bound != -EACCES)
			fail_msg("%s: %d without the flag, %d with it", writings[i].how, free,
				 bound);
	}
}

int main(void)
{
	_cleanup_free_ char *why = NULL;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_program_only_reads_the_image),
		cmocka_unit_test(what_writes_is_found),
	};

	if (ward_datapath_probe(&why) < 0)
		net_skip(why);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
