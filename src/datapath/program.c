// SPDX-License-Identifier: Apache-2.0
/* The BPF object in the kernel, and its image in our memory.
 *
 * The program is loaded with the geometry of its image as constants, so that the verifier proves
 * every access to be inside.  The map that holds the image could be made read-only for programs,
 * but then we could not map it writable; that the program never stores to it is proved from its
 * instructions by a test instead. */
#include "datapath/program.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/alloc.h"
#include "datapath/bpf/wire.h"
#include "datapath/hook.h"
#include "datapath/pins.h"
#include "image/image.h"
#include "ward.skel.h"

enum {
	LOG_SIZE = 1 << 20
};

static int say_nothing(enum libbpf_print_level level, const char *format, va_list args)
{
	return 0;
}

void ward_program_quiet(void)
{
	libbpf_set_print(say_nothing);
}

/* The last line of a verifier log but one: the last is statistics. */
static const char *log_complaint(char *log)
{
	char *line = log, *complaint = log;

	for (char *next = log; next; line = next + 1) {
		next = strchr(line, '\n');
		if (next)
			*next = '\0';
		if (*line && strncmp(line, "processed ", 10) != 0)
			complaint = line;
	}
	return complaint;
}

static int object_load(struct ward_bpf *object, size_t image_size, char **ret_why)
{
	struct bpf_program *judge = object->progs.ward_prerouting;
	_cleanup_free_ char *log = ward_alloc(LOG_SIZE);
	int r;

	bpf_program__set_type(judge, (enum bpf_prog_type)WARD_BPF_PROG_TYPE_NETFILTER);
	bpf_program__set_expected_attach_type(judge,
					      (enum bpf_attach_type)WARD_BPF_ATTACH_NETFILTER);
	bpf_program__set_autoload(judge, true);
	bpf_program__set_log_buf(judge, log, LOG_SIZE);
	bpf_map__set_value_size(object->maps.ward_image, image_size);
	r = ward_bpf__load(object);
	if (r < 0)
		*ret_why = ward_format("the kernel refuses the program that judges packets: %s%s%s",
				       strerror(-r), *log ? ": " : "", log_complaint(log));
	return r;
}

static const char *const shared_names[] = {WARD_PIN_FLOWS, WARD_PIN_REPEATS, WARD_PIN_TALLIES,
					   WARD_PIN_COUNTERS};

/* Is what is pinned under that name, if anything is, this map? */
static bool is_as_pinned(const struct bpf_map *map, const struct ward_pins *pins, const char *name)
{
	_cleanup_close_ int fd = ward_pin_get(pins, WARD_PINS_SHARED, name);
	struct bpf_map_info info = {};
	uint32_t size = sizeof(info);

	if (fd < 0) /* what else is wrong the load will say */
		return true;
	return bpf_obj_get_info_by_fd(fd, &info, &size) == 0 && info.type == bpf_map__type(map) &&
	       info.key_size == bpf_map__key_size(map) &&
	       info.value_size == bpf_map__value_size(map) &&
	       info.max_entries == bpf_map__max_entries(map);
}

/* Maps that all generations write to: the first one's are pinned, the others find them there. */
static int maps_share(struct ward_bpf *object, const struct ward_pins *pins, char **ret_why)
{
	struct bpf_map *const shared[] = {object->maps.ward_flows, object->maps.ward_repeats,
					  object->maps.ward_tallies, object->maps.ward_counters};
	char path[WARD_PIN_PATH];

	for (size_t i = 0; i < WARD_ARRAY_SIZE(shared); i++) {
		if (!is_as_pinned(shared[i], pins, shared_names[i])) {
			*ret_why = ward_format("what is pinned as %s is not the map of that name: "
					       "take it away",
					       shared_names[i]);
			return -EEXIST;
		}
		bpf_map__set_pin_path(shared[i],
				      ward_pin_path(pins, WARD_PINS_SHARED, shared_names[i], path));
	}
	return 0;
}

bool ward_program_shares(const char *name)
{
	for (size_t i = 0; i < WARD_ARRAY_SIZE(shared_names); i++)
		if (strcmp(name, shared_names[i]) == 0)
			return true;
	return false;
}

static int image_map(struct ward_program *program, char **ret_why)
{
	int fd = bpf_map__fd(program->object->maps.ward_image);
	void *image = mmap(NULL, program->image_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (image == MAP_FAILED) {
		int r = -errno;

		*ret_why = ward_format("cannot map the policy image: %s", strerror(-r));
		return r;
	}
	program->image = image;
	return 0;
}

/* What it has to know before it is loaded. */
static void constants_set(struct ward_bpf *object, const struct ward_program_config *config)
{
	memcpy(&object->rodata->ward_geometry, &config->geometry, sizeof(config->geometry));
	object->rodata->ward_report_every = config->report_every;
	object->rodata->ward_linger_us = config->linger_us;
	object->rodata->ward_session = config->session;
	bpf_map__set_max_entries(object->maps.ward_repeats, libbpf_num_possible_cpus());
	bpf_map__set_max_entries(object->maps.ward_tallies, libbpf_num_possible_cpus());
}

static void descriptors_take(struct ward_program *program)
{
	const struct ward_bpf *object = program->object;

	program->fd = bpf_program__fd(object->progs.ward_prerouting);
	program->image_fd = bpf_map__fd(object->maps.ward_image);
	program->flows_fd = bpf_map__fd(object->maps.ward_flows);
	program->repeats_fd = bpf_map__fd(object->maps.ward_repeats);
	program->tallies_fd = bpf_map__fd(object->maps.ward_tallies);
	program->counters_fd = bpf_map__fd(object->maps.ward_counters);
}

int ward_program_load(struct ward_program *program, const struct ward_program_config *config,
		      char **ret_why)
{
	int r;

	ward_program_quiet();
	*program = (struct ward_program){
		.object = ward_bpf__open(),
		.image_size = ward_image_size(&config->geometry),
		.session = config->session,
	};
	if (!program->object) {
		r = -errno;
		*ret_why = ward_format("libbpf cannot read the program: %s", strerror(-r));
		return r;
	}
	constants_set(program->object, config);
	r = config->pins ? maps_share(program->object, config->pins, ret_why) : 0;
	if (r == 0)
		r = object_load(program->object, program->image_size, ret_why);
	if (r == 0)
		r = image_map(program, ret_why);
	if (r < 0)
		ward_program_unload(program);
	else
		descriptors_take(program);
	return r;
}

void ward_program_unload(struct ward_program *program)
{
	if (program->image)
		munmap(program->image, program->image_size);
	ward_bpf__destroy(program->object);
	*program = (struct ward_program){};
}
