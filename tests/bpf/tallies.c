/* SPDX-License-Identifier: Apache-2.0 */
/* Packets and bytes by pod and decision: every packet that is judged at a pod of the node is
 * counted there once, through changes of the numbers too, or counted as left out. */
#include "city.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

enum {
	MANY_PODS = 6000, /* more than there is room for counts */
	UDP_BYTES = 1,
};

/* Of one pod, direction and decision; or of all (any). */
struct sum {
	struct ward_ip ip;
	enum ward_direction direction;
	uint32_t decision;
	bool any;
	uint64_t numbering; /* of the last */
	uint64_t packets[2], bytes[2];
};

static void add(void *userdata, const struct ward_tally *tally)
{
	struct sum *sum = userdata;

	if (!sum->any && (!ward_ip_eq(tally->ip, sum->ip) || tally->direction != sum->direction ||
			  tally->decision != sum->decision))
		return;
	sum->numbering = tally->numbering;
	for (int reply = 0; reply < 2; reply++) {
		sum->packets[reply] += tally->packets[reply];
		sum->bytes[reply] += tally->bytes[reply];
	}
}

static uint64_t header_size(const struct city *city)
{
	return (city->family == AF_INET ? 20 : 40) + sizeof(struct udphdr);
}

static void udp_send(const struct city *city, int from, int to, uint16_t port, int n)
{
	int fd = net_socket(city->place[from], city->family, SOCK_DGRAM, 0);

	for (int i = 0; i < n; i++)
		send_to(fd, "x", UDP_BYTES, address_of(city, to), port);
	close(fd);
}

static struct sum more_of(struct city *city, int pod, enum ward_direction direction,
			  uint32_t decision)
{
	struct sum sum = {ip_of(address_of(city, pod)), direction, decision};

	ward_datapath_tallies(city->datapath, add, &sum);
	return sum;
}

static void each_end_counts(void **state)
{
	struct city *city = *state;
	struct sum sum = {.any = true};

	assert_int_equal(commit(city, 0), 0); /* b is isolated, a is open */
	udp_send(city, A, B, 53, 7);
	sum = more_of(city, A, WARD_EGRESS, D_OPEN);
	assert_int_equal(sum.packets[0], 7);
	assert_true(sum.numbering == ward_datapath_numbering(city->datapath));
	assert_int_equal(sum.bytes[0], 7 * (header_size(city) + UDP_BYTES));
	assert_int_equal(sum.packets[1], 0);
	udp_send(city, A, B, 53, 7);
	sum = more_of(city, B, WARD_INGRESS, D_ISOLATED);
	assert_int_equal(sum.packets[0], 7); /* what was read before is not told again */
	udp_send(city, WORLD, B, 53, 5);
	sum = more_of(city, B, WARD_INGRESS, D_ISOLATED);
	assert_int_equal(sum.packets[0], 5);
	udp_send(city, B, WORLD, 53, 3); /* and an answer: nobody listens */
	sum = more_of(city, B, WARD_EGRESS, D_OPEN);
	assert_int_equal(sum.packets[0], 3);
	assert_true(sum.packets[1] >= 1);
	assert_int_equal(counters(city).untallied, 0);
	sum = (struct sum){.any = true};
	ward_datapath_tallies(city->datapath, add, &sum);
	assert_int_equal(sum.packets[0], 0);
}

/* The numbers of before stay until they are forgotten. */
static void numbers_change(void **state)
{
	struct city *city = *state;
	struct sum sum = {.any = true};
	uint64_t numbering;

	assert_int_equal(commit(city, 0), 0);
	numbering = ward_datapath_numbering(city->datapath);
	udp_send(city, WORLD, B, 53, 4);
	assert_int_equal(commit(city, 0), 0);
	assert_int_not_equal(ward_datapath_numbering(city->datapath), numbering);
	udp_send(city, WORLD, B, 53, 5);
	ward_datapath_tallies(city->datapath, add, &sum);
	assert_int_equal(sum.packets[0], 9);
	udp_send(city, WORLD, B, 53, 2);
	assert_int_equal(ward_datapath_tallies_turn(city->datapath, add, &sum), 0);
	assert_int_equal(sum.packets[0], 11);
	udp_send(city, WORLD, B, 53, 3); /* of the numbers in force nothing is forgotten */
	ward_datapath_tallies(city->datapath, add, &sum);
	assert_int_equal(sum.packets[0], 14);
}

static atomic_bool stop;

static void *flood(void *userdata)
{
	const struct city *city = userdata;
	int fd = net_socket(city->place[WORLD], city->family, SOCK_DGRAM, 0);
	uintptr_t n = 0;

	for (; !atomic_load(&stop); n++)
		send_to(fd, "x", UDP_BYTES, address_of(city, B), 53);
	close(fd);
	return (void *)n;
}

static void nothing_is_lost_when_numbers_change(void **state)
{
	struct city *city = *state;
	struct sum sum = {.any = true};
	pthread_t threads[2];
	uint64_t sent = 0;
	time_t end;

	assert_int_equal(commit(city, 0), 0);
	atomic_store(&stop, false);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, flood, city), 0);
	for (end = time(NULL) + 2; time(NULL) < end;) {
		assert_int_equal(commit(city, 0), 0);
		assert_int_equal(ward_datapath_tallies_turn(city->datapath, add, &sum), 0);
	}
	atomic_store(&stop, true);
	for (int i = 0; i < 2; i++) {
		void *n;

		pthread_join(threads[i], &n);
		sent += (uintptr_t)n;
	}
	ward_datapath_tallies(city->datapath, add, &sum);
	assert_int_equal(counters(city).denied, sent);
	assert_int_equal(sum.packets[0], sent);
}

/* Pods without number behind a's interface, all open. */
static int commit_many(struct city *city)
{
	static struct ward_endpoint endpoints[MANY_PODS];
	static struct ward_address addresses[MANY_PODS];
	static uint32_t ifindex[MANY_PODS];
	static const uint32_t shape_identity[] = {0};
	static const struct ward_decision decisions[N_D] = {[D_OPEN] = {true, WARD_NONE, 0}};
	static const struct ward_port_map port_maps[] = {{.other = D_OPEN, .rest = D_OPEN}};
	static const struct ward_row rows[] = {{.rest = 0}};
	static const struct ward_prefix prefixes[] = {{{.family = WARD_FAMILY_4}, 0}};
	const struct ward_tables tables = {
		.version = ++city->version,
		.n_endpoints = MANY_PODS,
		.endpoints = endpoints,
		.n_addresses = MANY_PODS,
		.addresses = addresses,
		.n_prefixes = 1,
		.prefixes = prefixes,
		.n_shapes = 1,
		.n_identities = 1,
		.shape_identity = shape_identity,
		.n_rows = 1,
		.rows = rows,
		.n_port_maps = 1,
		.port_maps = port_maps,
		.n_decisions = N_D,
		.decisions = decisions,
	};

	for (uint32_t i = 0; i < MANY_PODS; i++) {
		endpoints[i] = (struct ward_endpoint){.managed = true, .node = NODE_NAME};
		ifindex[i] = city->ifindex[A];
		addresses[i] = (struct ward_address){
			.ip = {.lo = 0x0b000000 + i, .family = WARD_FAMILY_4},
			.endpoint = i,
			.node = WARD_NONE,
		};
	}
	return ward_datapath_commit_tables(city->datapath, &tables, ifindex);
}

/* One datagram of each pod to the world. */
static void send_of_many(const struct city *city)
{
	struct sockaddr_in to = {.sin_family = AF_INET};
	int fd = net_socket(city->place[A], AF_INET, SOCK_RAW, IPPROTO_RAW);

	inet_pton(AF_INET, address_of(city, WORLD), &to.sin_addr);
	for (uint32_t i = 0; i < MANY_PODS; i++) {
		struct {
			struct iphdr ip;
			struct udphdr udp;
		} packet = {
			.ip = {.version = 4,
			       .ihl = 5,
			       .ttl = 64,
			       .protocol = IPPROTO_UDP,
			       .tot_len = htons(sizeof(packet)),
			       .saddr = htonl(0x0b000000 + i),
			       .daddr = to.sin_addr.s_addr},
			.udp = {.source = htons(1), .dest = htons(9), .len = htons(8)},
		};

		assert_int_equal(sendto(fd, &packet, sizeof(packet), 0, (struct sockaddr *)&to,
					sizeof(to)),
				 sizeof(packet));
	}
	close(fd);
}

static void what_finds_no_room_is_counted(void **state)
{
	struct city *city = *state;
	struct sum sum = {.any = true};
	int quiet = listener(city, WORLD, SOCK_DGRAM, 9); /* or there would be errors besides */
	uint64_t untallied;

	assert_int_equal(commit_many(city), 0);
	send_of_many(city);
	ward_datapath_tallies(city->datapath, add, &sum);
	untallied = counters(city).untallied;
	assert_int_equal(counters(city).spoofed, 0);
	assert_true(untallied > 0);
	assert_true(sum.packets[0] >= 3000); /* of 4096 a CPU: few sets are full before most are */
	assert_int_equal(sum.packets[0] + untallied, MANY_PODS);

	assert_int_equal(commit(city, 0), 0); /* other numbers: there is room again */
	assert_int_equal(ward_datapath_tallies_turn(city->datapath, add, &sum), 0);
	udp_send(city, WORLD, B, 53, 9);
	assert_int_equal(more_of(city, B, WARD_INGRESS, D_ISOLATED).packets[0], 9);
	assert_int_equal(counters(city).untallied, untallied);
	close(quiet);
}

static int enforce_many(void **state)
{
	struct city *city = *state;
	const uint32_t uplink = if_nametoindex(device_of[WORLD]);
	const struct ward_datapath_config config = {
		.n_uplinks = 1,
		.uplinks = &uplink,
		.node = NODE_NAME,
		.n_addresses = MANY_PODS,
	};
	_cleanup_free_ char *why = NULL;

	city->family = AF_INET;
	city->version = 0;
	return ward_datapath_open(&config, &city->datapath, &why);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		enforced(each_end_counts),
		enforced(numbers_change),
		enforced4(nothing_is_lost_when_numbers_change),
		cmocka_unit_test_setup_teardown(what_finds_no_room_is_counted, enforce_many,
						release),
	};
	_cleanup_free_ char *why = NULL;

	if (ward_datapath_probe(&why) < 0)
		net_skip(why);
	return cmocka_run_group_tests(tests, city_build, city_raze);
}
