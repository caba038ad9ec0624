/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that can be full, and what a process finds that another has left: closed where it
 * cannot be known, as before where it cannot be changed, and always said. */
#include "large.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <time.h>

#include <bpf/bpf.h>
#include <libmnl/libmnl.h>

#include "datapath/hook.h"

enum {
	CLUSTER = 50000, /* addresses of each family: 100,000 in all */
	TABLE_MAX = 1 << 20,
};

static const struct large small = {.n_shapes = 3}, opens_81 = {.n_shapes = 3, .opens_81 = true};

static int open_pinned(void **state)
{
	struct city *city = *state;

	city->family = AF_INET;
	return large_open(city, 0);
}

static int open_limited(void **state)
{
	return large_open(*state, 2 << 20);
}

static int remove_pinned(void **state)
{
	struct city *city = *state;

	city->datapath = ward_datapath_close(city->datapath);
	pins_remove();
	return 0;
}

static struct ward_datapath_status status(const struct city *city)
{
	struct ward_datapath_status now;

	ward_datapath_status(city->datapath, &now);
	return now;
}

static bool udp_arrives(const struct city *city, int from, int to, uint16_t port)
{
	int server = listener(city, to, SOCK_DGRAM, port);
	int client = net_socket(city->place[from], city->family, SOCK_DGRAM, 0);
	bool arrived;

	send_to(client, "x", 1, address_of(city, to), port);
	arrived = comes(server, 50);
	close(client);
	close(server);
	return arrived;
}

static bool exchange(int client, int server)
{
	union address from;
	socklen_t size = sizeof(from);
	char byte;

	return send(client, "x", 1, 0) == 1 && comes(server, 50) &&
	       recvfrom(server, &byte, 1, 0, &from.any, &size) == 1 &&
	       sendto(server, "y", 1, 0, &from.any, size) == 1 && comes(client, 50) &&
	       recv(client, &byte, 1, 0) == 1;
}

static int flow_to_80(const struct city *city, int place, int target)
{
	int fd = net_socket(city->place[place], AF_INET, SOCK_DGRAM, 0);
	union address to = socket_address(address_of(city, target), 80);

	assert_int_equal(connect(fd, &to.any, address_size(&to)), 0);
	return fd;
}

/* The world may not open anything to b, but answer it: for that connections have to be tracked, and
 * nobody is to switch it off. */
static void others_do_not_stop_the_tracking(void **state)
{
	struct city *city = *state;
	int server = listener(city, WORLD, SOCK_DGRAM, 80);
	int client = flow_to_80(city, B, WORLD);

	assert_int_equal(large_commit(city, &small), 0);
	assert_true(exchange(client, server));
	net_run(city->node, "nft flush ruleset");
	assert_true(exchange(client, server));
	net_run(city->node, "nft list tables | grep -q 'inet ward$'");
	net_run(city->node, "! nft list tables | grep -q 'inet ward-pinned$'");
	city->datapath = ward_datapath_close(city->datapath);
	assert_int_equal(large_open(city, 0), 0);
	net_run(city->node, "nft list tables | grep -q 'inet ward-pinned$'");
	assert_true(exchange(client, server));
	city->datapath = ward_datapath_close(city->datapath);
	net_run(city->node, "! nft list tables | grep -q 'inet ward$'");
	assert_true(exchange(client, server));
	close(client);
	close(server);
}

static void it_grows(void **state)
{
	struct city *city = *state;
	const struct large many = {.n_shapes = 3, .n_more = 5000};
	const struct large varied = {.n_shapes = 50000, .n_more = 5000};
	struct ward_datapath_status before;

	assert_int_equal(large_commit(city, &small), 0);
	before = status(city);
	assert_int_equal(before.n_grown, 0);
	assert_int_equal(large_commit(city, &many), 0);
	assert_true(status(city).addresses_max[0] >= 5000);
	assert_true(status(city).addresses_max[1] >= 5000);
	assert_int_equal(status(city).n_grown, 1);
	assert_int_equal(large_commit(city, &varied), 0);
	assert_true(status(city).n_grown > 1);
	assert_true(status(city).heap > before.heap);
	assert_true(status(city).generation > before.generation);
	assert_int_equal(status(city).error, 0);
	assert_true(udp_arrives(city, A, B, 80));
	assert_false(udp_arrives(city, A, B, 81));
}

/* A commit may come from any namespace; what it makes is attached where the datapath was opened. */
static void it_grows_where_it_is(void **state)
{
	struct city *city = *state;
	const struct large many = {.n_shapes = 3, .n_more = 500};

	assert_int_equal(large_commit(city, &small), 0);
	net_enter(city->place[WORLD]);
	assert_int_equal(large_commit(city, &many), 0);
	net_enter(city->node);
	assert_int_equal(status(city).n_grown, 1);
	assert_true(udp_arrives(city, A, B, 80));
	assert_false(udp_arrives(city, A, B, 81));
	assert_false(udp_arrives(city, WORLD, B, 80));
}

/* Another program is where the next generation has to be: the one before goes on. */
static void a_place_may_be_taken(void **state)
{
	struct city *city = *state;
	const struct large many = {.n_shapes = 3, .opens_81 = true, .n_more = 500};
	int taken;

	assert_int_equal(large_commit(city, &small), 0);
	taken = ward_hook_attach(ward_datapath_program(city->datapath)->fd, NFPROTO_IPV6,
				 WARD_HOOK_PRIORITY + 1);
	assert_true(taken >= 0);
	assert_int_equal(large_commit(city, &many), -EBUSY);
	assert_int_equal(status(city).error, -EBUSY);
	assert_true(udp_arrives(city, A, B, 80));
	assert_false(udp_arrives(city, A, B, 81));
	close(taken);
	assert_int_equal(large_commit(city, &many), 0);
	assert_true(udp_arrives(city, A, B, 81));
}

/* What would have to be larger than it may be is not committed: the version before stays, whole,
 * and that is said until a commit succeeds. */
static void there_is_an_end_to_it(void **state)
{
	struct city *city = *state;
	const struct large too_much[] = {
		{.n_shapes = 3, .opens_81 = true, .n_more = 40000},
		{.n_shapes = 600000, .opens_81 = true},
	};
	const struct large just = {.n_shapes = 400000, .opens_81 = true};
	uint32_t tried;

	assert_int_equal(large_commit(city, &small), 0);
	for (int i = 0; i < 4; i++) {
		tried = status(city).n_grown;
		assert_int_equal(large_commit(city, &too_much[i / 2]), -ENOSPC);
		assert_true(i % 2 == 0 || status(city).n_grown <= tried + 1); /* is remembered */
		assert_int_equal(status(city).error, -ENOSPC);
		assert_true(udp_arrives(city, A, B, 80));
		assert_false(udp_arrives(city, A, B, 81));
	}
	assert_int_equal(large_commit(city, &just), 0);
	assert_int_equal(status(city).error, 0);
	assert_true(status(city).image_bytes <= status(city).max_bytes);
	assert_true(udp_arrives(city, A, B, 81));
}

static uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * UINT64_C(1000000) + now.tv_nsec / 1000;
}

static void a_hundred_thousand_addresses(void **state)
{
	struct city *city = *state;
	const struct large cluster = {.n_shapes = 10000, .n_more = CLUSTER};
	uint64_t began = now_us();

	assert_int_equal(large_commit(city, &cluster), 0);
	printf("%u addresses in %lu ms, %u images, %lu MB at the end\n",
	       status(city).addresses[0] + status(city).addresses[1], (now_us() - began) / 1000,
	       status(city).n_grown + 1, status(city).image_bytes >> 20);
	assert_true(status(city).addresses[0] > CLUSTER && status(city).addresses[1] > CLUSTER);
	for (int six = 0; six < 2; six++) {
		city->family = six ? AF_INET6 : AF_INET;
		assert_true(udp_arrives(city, A, B, 80));
		assert_false(udp_arrives(city, A, B, 81));
		assert_false(udp_arrives(city, LATE, B, 80));
	}
}

/* One that goes on where another has ended: the last version judges on, what it counts and reports
 * is the next one's, and the numbers of its versions are not taken for one's own. */

static void expect_others(void *userdata, const struct ward_flow_event *event)
{
	assert_int_equal(event->version, WARD_VERSION_OF_OTHERS);
	++*(int *)userdata;
}

static void the_version_before_stays_in_force(void **state)
{
	struct city *city = *state;
	uint64_t denied;
	int n_events = 0;

	assert_int_equal(large_commit(city, &opens_81), 0);
	assert_false(udp_arrives(city, A, B, 82));
	denied = counters(city).denied;
	assert_true(denied > 0);
	_cleanup_close_ int old = bpf_map_create(BPF_MAP_TYPE_ARRAY, "old", 4, 4, 1, NULL);
	assert_int_equal(bpf_obj_pin(old, PINS "/flows-99"), 0); /* another Ward's */
	city->datapath = ward_datapath_close(city->datapath);
	assert_true(udp_arrives(city, A, B, 81));
	assert_false(udp_arrives(city, A, B, 83));
	assert_false(udp_arrives(city, LATE, B, 80));

	assert_int_equal(large_open(city, 0), 0);
	assert_int_equal(counters(city).denied, denied + 1);
	assert_true(udp_arrives(city, A, B, 81));
	assert_false(udp_arrives(city, A, B, 84));
	assert_true(ward_datapath_events_poll(city->datapath, expect_others, &n_events) >= 0);
	assert_true(n_events >= 5);
	assert_int_equal(access(PINS "/flows-99", F_OK), 0);
	assert_int_equal(large_commit(city, &small), 0);
	assert_int_equal(access(PINS "/flows-99", F_OK), -1);
	assert_false(udp_arrives(city, A, B, 81));
	assert_true(udp_arrives(city, A, B, 80));
}

static void a_pod_is_closed_until_it_is_known(void **state)
{
	struct city *city = *state;

	assert_false(udp_arrives(city, A, B, 80)); /* nobody is */
	assert_int_equal(large_commit(city, &small), 0);
	assert_true(udp_arrives(city, A, B, 80));
	assert_false(udp_arrives(city, LATE, A, 80));
	assert_false(udp_arrives(city, A, LATE, 80));
	assert_int_equal(counters(city).not_ready, 3);
}

/* The kernel's table of connections: when it is full and nothing in it can be given up, a packet
 * that would open a flow does not come as far as Ward.  The entries are made here, as if both ends
 * had spoken. */

struct tracker {
	struct mnl_socket *socket;
	char buf[1 << 16];
	size_t used;
	uint32_t n;
};

static struct nlmsghdr *tracker_request(struct tracker *tracker, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *request = mnl_nlmsg_put_header(tracker->buf + tracker->used);
	struct nfgenmsg *family;

	request->nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | type;
	request->nlmsg_flags = NLM_F_REQUEST | flags;
	family = mnl_nlmsg_put_extra_header(request, sizeof(*family));
	family->nfgen_family = AF_INET;
	return request;
}

static void tuple_put(struct nlmsghdr *request, uint16_t which, uint32_t from, uint32_t to)
{
	struct nlattr *tuple = mnl_attr_nest_start(request, which);
	struct nlattr *part = mnl_attr_nest_start(request, CTA_TUPLE_IP);

	mnl_attr_put_u32(request, CTA_IP_V4_SRC, htonl(from));
	mnl_attr_put_u32(request, CTA_IP_V4_DST, htonl(to));
	mnl_attr_nest_end(request, part);
	part = mnl_attr_nest_start(request, CTA_TUPLE_PROTO);
	mnl_attr_put_u8(request, CTA_PROTO_NUM, IPPROTO_UDP);
	mnl_attr_put_u16(request, CTA_PROTO_SRC_PORT, htons(53));
	mnl_attr_put_u16(request, CTA_PROTO_DST_PORT, htons(53));
	mnl_attr_nest_end(request, part);
	mnl_attr_nest_end(request, tuple);
}

static void connection_put(struct tracker *tracker)
{
	struct nlmsghdr *request =
		tracker_request(tracker, IPCTNL_MSG_CT_NEW, NLM_F_CREATE | NLM_F_EXCL);
	uint32_t from = 0xac100000 + tracker->n++, to = 0xc0a80001;

	tuple_put(request, CTA_TUPLE_ORIG, from, to);
	tuple_put(request, CTA_TUPLE_REPLY, to, from);
	mnl_attr_put_u32(request, CTA_STATUS, htonl(IPS_CONFIRMED | IPS_SEEN_REPLY | IPS_ASSURED));
	mnl_attr_put_u32(request, CTA_TIMEOUT, htonl(3600));
	tracker->used += request->nlmsg_len;
}

/* Returns whether the kernel has complained. */
static bool tracker_flush(struct tracker *tracker)
{
	int fd = mnl_socket_get_fd(tracker->socket);
	char answer[1024];

	assert_true(mnl_socket_sendto(tracker->socket, tracker->buf, tracker->used) > 0);
	tracker->used = 0;
	return recv(fd, answer, sizeof(answer), MSG_DONTWAIT) > 0;
}

static void table_fill(struct tracker *tracker)
{
	do
		while (tracker->used < sizeof(tracker->buf) - 512)
			connection_put(tracker);
	while (!tracker_flush(tracker));
}

static void table_empty(struct tracker *tracker)
{
	tracker->used += tracker_request(tracker, IPCTNL_MSG_CT_DELETE, 0)->nlmsg_len;
	tracker_flush(tracker);
}

static uint32_t table_max(void)
{
	FILE *in = fopen("/proc/sys/net/netfilter/nf_conntrack_max", "re");
	uint32_t max = UINT32_MAX;

	if (in && fscanf(in, "%u", &max) != 1)
		max = UINT32_MAX;
	if (in)
		fclose(in);
	return max;
}

/* From a to b: the kernel gives up no connection of TCP that both have agreed to. */
static void connection_open(const struct city *city, int ret_ends[2])
{
	int listening = listener(city, B, SOCK_STREAM, 80);
	union address to = socket_address(address_of(city, B), 80);

	ret_ends[0] = net_socket(city->place[A], AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(ret_ends[0], &to.any, address_size(&to)), 0);
	ret_ends[1] = accept(listening, NULL, NULL);
	close(listening);
}

static void a_full_table_of_connections_opens_nothing(void **state)
{
	struct city *city = *state;
	struct tracker tracker = {};
	int server, late, world, talking[2];
	uint64_t began;

	if (table_max() > TABLE_MAX) {
		printf("left out: nf_conntrack_max is larger than %u\n", TABLE_MAX);
		return;
	}
	tracker.socket = mnl_socket_open(NETLINK_NETFILTER);
	assert_non_null(tracker.socket);
	assert_int_equal(large_commit(city, &small), 0);
	server = listener(city, B, SOCK_DGRAM, 80);
	connection_open(city, talking);
	began = now_us();
	table_fill(&tracker);
	printf("%u connections in %lu ms\n", tracker.n, (now_us() - began) / 1000);
	late = flow_to_80(city, A, B);
	world = flow_to_80(city, WORLD, B);
	for (int end = 0; end < 2; end++) { /* what there is goes on */
		assert_int_equal(send(talking[end], "t", 1, 0), 1);
		assert_true(comes(talking[!end], PATIENCE_MS));
	}
	assert_false(exchange(late, server));
	assert_false(exchange(world, server));
	assert_int_equal(counters(city).denied, 0); /* it was not we */
	table_empty(&tracker);
	assert_true(exchange(late, server));
	assert_false(exchange(world, server));
	close(world);
	close(late);
	close(talking[0]);
	close(talking[1]);
	close(server);
	mnl_socket_close(tracker.socket);
}

#define pinned(test) cmocka_unit_test_setup_teardown(test, open_pinned, remove_pinned)

int main(void)
{
	_cleanup_free_ char *why = NULL;
	const struct CMUnitTest tests[] = {
		pinned(others_do_not_stop_the_tracking),
		pinned(it_grows),
		pinned(it_grows_where_it_is),
		pinned(a_place_may_be_taken),
		cmocka_unit_test_setup_teardown(there_is_an_end_to_it, open_limited, remove_pinned),
		pinned(a_hundred_thousand_addresses),
		pinned(the_version_before_stays_in_force),
		pinned(a_pod_is_closed_until_it_is_known),
		pinned(a_full_table_of_connections_opens_nothing),
	};

	if (ward_datapath_probe(&why) < 0)
		net_skip(why);
	pins_hide();
	return cmocka_run_group_tests(tests, city_build, city_raze);
}
