/* SPDX-License-Identifier: Apache-2.0 */
/* Starts that fail: what is in force goes on, what is not Ward's stays, and it is said what was
 * expected, what was found and what to do. */
#include "large.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <bpf/bpf.h>

#include "datapath/generation.h"

enum {
	DESCRIPTORS = 60, /* more than a start takes */
};

static const struct large small = {.n_shapes = 3};

static int leave_pinned(void **state)
{
	struct city *city = *state;
	int r = large_open(city, 0);

	if (r == 0)
		r = large_commit(city, &small);
	city->datapath = ward_datapath_close(city->datapath);
	return r;
}

static int remove_pinned(void **state)
{
	pins_remove();
	return 0;
}

static uint32_t in_force(void)
{
	_cleanup_(ward_pins_close) struct ward_pins pins = WARD_PINS_NONE;
	_cleanup_free_ char *why = NULL;
	uint32_t number;

	assert_int_equal(ward_pins_open(&pins, PINS, &why), 0);
	assert_int_equal(ward_generation_find(&pins, &number), 0);
	return number;
}

static int open_at(const char *pins, char **ret_why)
{
	const struct ward_datapath_config config = {.node = WARD_NONE, .pins = pins};
	struct ward_datapath *datapath = NULL;
	int r = ward_datapath_open(&config, &datapath, ret_why);

	if (r == 0)
		ward_datapath_close(datapath);
	return r;
}

static void is_refused(const char *pins, int error, const char *expected)
{
	_cleanup_free_ char *why = NULL;

	assert_int_equal(open_at(pins, &why), error);
	if (!strstr(why, expected))
		fail_msg("not \"%s\" in: %s", expected, why);
}

/* With so many descriptors more than there are. */
static int open_with(rlim_t more, char **ret_why)
{
	struct rlimit before, now;
	int r, free_one = dup(0);

	close(free_one);
	getrlimit(RLIMIT_NOFILE, &before);
	now = before;
	now.rlim_cur = free_one + more;
	setrlimit(RLIMIT_NOFILE, &now);
	r = open_at(PINS, ret_why);
	setrlimit(RLIMIT_NOFILE, &before);
	return r;
}

/* Wherever a start runs out of descriptors, it leaves in force what is. */
static void what_is_in_force_outlives_a_failed_start(void **state)
{
	const uint32_t number = in_force();
	rlim_t more = 0;
	int r = -EMFILE;

	assert_true(number > 0);
	for (; r < 0 && more < DESCRIPTORS; more++) {
		_cleanup_free_ char *why = NULL;

		r = open_with(more, &why);
		assert_true(r == 0 || why);
		assert_int_equal(in_force(), number);
	}
	printf("a start takes %lu descriptors; with less it fails\n", (unsigned long)more - 1);
	assert_int_equal(r, 0);
}

static void one_process_at_a_time(void **state)
{
	struct city *city = *state;
	_cleanup_free_ char *why = NULL, *other = NULL, *third = NULL;

	assert_int_equal(large_open(city, 0), 0);
	assert_int_equal(open_at(PINS, &why), -EBUSY);
	assert_non_null(strstr(why, PINS));
	assert_int_equal(ward_datapath_remove(PINS, &third), -EBUSY);
	city->datapath = ward_datapath_close(city->datapath);
	assert_true(open_at("/sys/fs/bpf/ward/other", &other) < 0); /* in the same network */
	assert_non_null(other);
	assert_int_equal(rmdir("/sys/fs/bpf/ward/other"), 0); /* nothing is in it */
}

/* From another network it is not taken over: there it would be replaced, and be gone here. */
static void only_in_the_network_that_it_judges(void **state)
{
	const uint32_t number = in_force();
	struct city *city = *state;
	_cleanup_close_ int elsewhere = net_new();

	net_enter(elsewhere);
	is_refused(PINS, -EXDEV, "does not judge in this network namespace");
	net_enter(city->node);
	assert_int_equal(in_force(), number);
}

static void only_in_a_bpf_file_system(void **state)
{
	_cleanup_free_ char *why = NULL, *missing = NULL;

	assert_int_equal(open_at("/tmp", &why), -ENODEV);
	assert_non_null(strstr(why, "mount -t bpf"));
	assert_int_equal(open_at("/tmp/ward-not-there/node", &missing), -ENODEV);
	assert_int_equal(access("/tmp/ward-not-there", F_OK), -1);
}

/* What others have put there stays, and so does what they could take away. */
static void only_in_a_folder_of_its_own(void **state)
{
	_cleanup_close_ int map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "others", 4, 4, 1, NULL);

	assert_int_equal(bpf_obj_pin(map, "/sys/fs/bpf/others"), 0);
	is_refused("/sys/fs/bpf", -EACCES, "mode 777");
	assert_int_equal(chmod("/sys/fs/bpf", 0700), 0);
	is_refused("/sys/fs/bpf", -EEXIST, "name a folder of its own, such as /sys/fs/bpf/ward");
	assert_int_equal(unlink("/sys/fs/bpf/others"), 0); /* it was still there */
	assert_int_equal(mkdir("/sys/fs/bpf/theirs", 0700), 0);
	assert_int_equal(chown("/sys/fs/bpf/theirs", 1000, 1000), 0);
	is_refused("/sys/fs/bpf/theirs", -EACCES, "belongs to user 1000");
	assert_int_equal(rmdir("/sys/fs/bpf/theirs"), 0);
}

static void only_where_it_can_be_kept(void **state)
{
	is_refused("/sys/fs/bpf/a.b", -EPERM, "no name has a dot");
	assert_int_equal(mkdir("/sys/fs/bpf/old", 0700), 0);
	assert_int_equal(mount(NULL, "/sys/fs/bpf", NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
	is_refused("/sys/fs/bpf/new", -EROFS, "remount,rw");
	is_refused("/sys/fs/bpf/old", -EROFS, "remount,rw");
	assert_int_equal(mount(NULL, "/sys/fs/bpf", NULL, MS_REMOUNT, NULL), 0);
	assert_int_equal(rmdir("/sys/fs/bpf/old"), 0);
}

/* Something else by the name of a map that is shared: it stays, and so does what is in force. */
static void a_foreign_map_is_said(void **state)
{
	_cleanup_close_ int map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "others", 4, 4, 1, NULL);
	const uint32_t number = in_force();

	assert_int_equal(unlink(PINS "/flows-1"), 0);
	assert_int_equal(bpf_obj_pin(map, PINS "/flows-1"), 0);
	is_refused(PINS, -EEXIST, "flows-1 is not the map of that name");
	assert_int_equal(in_force(), number);
}

#define pinned(test) cmocka_unit_test_setup_teardown(test, leave_pinned, remove_pinned)

int main(void)
{
	_cleanup_free_ char *why = NULL;
	const struct CMUnitTest tests[] = {
		pinned(what_is_in_force_outlives_a_failed_start),
		pinned(one_process_at_a_time),
		pinned(a_foreign_map_is_said),
		pinned(only_in_the_network_that_it_judges),
		cmocka_unit_test(only_in_a_bpf_file_system),
		cmocka_unit_test(only_in_a_folder_of_its_own),
		cmocka_unit_test(only_where_it_can_be_kept),
	};

	if (ward_datapath_probe(&why) < 0)
		net_skip(why);
	pins_hide();
	return cmocka_run_group_tests(tests, city_build, city_raze);
}
