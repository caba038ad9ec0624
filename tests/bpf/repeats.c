/* SPDX-License-Identifier: Apache-2.0 */
/* What happens again and again is counted: every denied packet and every opened flow is told, or
 * counted as lost, exactly once, however many there are and whoever reads when. */
#include "city.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

enum {
	MANY = 2000,
	PORTS = 30000,
	FEW = 8,     /* ports that are flooded */
	RARE = 4000, /* others in between */
};

struct heard {
	uint64_t n, denied, opened;
	struct ward_flow_event last;
};

static void hear(void *userdata, const struct ward_flow_event *event)
{
	struct heard *heard = userdata;

	heard->n++;
	*(event->accept ? &heard->opened : &heard->denied) += event->count;
	heard->last = *event;
}

static void poll_all(struct city *city, struct heard *heard)
{
	assert_true(ward_datapath_events_poll(city->datapath, hear, heard) >= 0);
}

static void sweep(struct city *city, struct heard *heard)
{
	assert_true(ward_datapath_events_sweep(city->datapath, hear, heard) >= 0);
}

static int sender(const struct city *city, int place)
{
	return net_socket(city->place[place], city->family, SOCK_DGRAM, 0);
}

static void a_flood_is_one_event(void **state)
{
	struct city *city = *state;
	struct heard heard = {};
	int fd = sender(city, WORLD);

	assert_int_equal(commit(city, 0), 0);
	for (int i = 0; i < MANY; i++)
		send_to(fd, "x", 1, address_of(city, B), 53);
	poll_all(city, &heard);
	assert_in_range(heard.n, 1, 4); /* one a second, on a CPU that is slow or on two */
	sweep(city, &heard);
	assert_int_equal(heard.denied, MANY);
	assert_int_equal(heard.last.dport, 53);
	assert_true(ward_ip_eq(heard.last.src, ip_of(address_of(city, WORLD))));
	assert_int_equal(heard.last.decision[WARD_INGRESS], D_ISOLATED);
	assert_int_equal(counters(city).denied, MANY);
	assert_int_equal(counters(city).events_lost, 0);
	assert_int_equal(ward_datapath_events_sweep(city->datapath, hear, &heard), 0);
	close(fd);
}

/* What is judged by another version is another thing. */
static void a_change_is_told_at_once(void **state)
{
	struct city *city = *state;
	int fd = sender(city, A);

	for (int i = 0; i < 10; i++) {
		struct heard heard = {};

		assert_int_equal(commit(city, 0), 0);
		send_to(fd, "x", 1, address_of(city, B), 53);
		poll_all(city, &heard);
		assert_int_equal(heard.n, 1);
		assert_int_equal(heard.last.version, city->version);
	}
	close(fd);
}

/* Every packet another flow: more than anybody wants to hear. */
static void what_is_too_much_is_counted(void **state)
{
	struct city *city = *state;
	struct heard heard = {};
	int fd = sender(city, WORLD);

	assert_int_equal(commit(city, 0), 0);
	for (int port = 1; port <= PORTS; port++)
		send_to(fd, "x", 1, address_of(city, B), port);
	poll_all(city, &heard);
	sweep(city, &heard);
	assert_int_equal(heard.denied + counters(city).events_lost, PORTS);
	assert_int_equal(counters(city).denied, PORTS);
	assert_true(counters(city).events_lost > 0);
	assert_true(heard.n >= 1000); /* a scan of a thousand ports is told whole */
	close(fd);
}

static void flows_that_are_alike_are_counted(void **state)
{
	struct city *city = *state;
	struct heard heard = {};

	assert_int_equal(commit(city, -1), 0);
	for (int i = 0; i < 100; i++) {
		int fd = sender(city, A);

		bind_to(fd, address_of(city, A), 2000 + i);
		send_to(fd, "x", 1, address_of(city, WORLD), 53);
		send_to(fd, "x", 1, address_of(city, WORLD), 53);
		close(fd);
	}
	poll_all(city, &heard);
	sweep(city, &heard);
	assert_int_equal(heard.opened, 100);
	assert_in_range(heard.n, 1, 4);
	assert_in_range(heard.last.sport, 2000, 2099);
}

static atomic_bool stop;

struct flood {
	const struct city *city;
	uint64_t n, of[RARE];
};

static void hear_ports(void *userdata, const struct ward_flow_event *event)
{
	uint64_t *of = userdata;

	assert_in_range(event->dport, 0, RARE - 1);
	of[event->dport] += event->count;
}

/* Of few flows and many in turn, so that counts are added, taken and pushed out all the time. */
static void *flood_send(void *userdata)
{
	struct flood *flood = userdata;
	int fd = sender(flood->city, WORLD);
	unsigned rng = (uintptr_t)flood;

	while (!atomic_load(&stop)) {
		uint16_t port = 1 + rand_r(&rng) % (rand_r(&rng) % 4 ? FEW : RARE - 1);

		send_to(fd, "x", 1, address_of(flood->city, B), port);
		flood->of[port]++;
		flood->n++;
	}
	close(fd);
	return NULL;
}

/* No flow is said to be more than it was, and those that have a number are all. */
static void nothing_is_lost_between_two(void **state)
{
	struct city *city = *state;
	struct flood floods[2] = {{.city = city}, {.city = city}};
	uint64_t *heard = ward_alloc(RARE * sizeof(uint64_t)), n = 0;
	pthread_t threads[2];
	time_t end;

	assert_int_equal(commit(city, 0), 0);
	atomic_store(&stop, false);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, flood_send, &floods[i]), 0);
	for (end = time(NULL) + 2; time(NULL) < end;) {
		ward_datapath_events_sweep(city->datapath, hear_ports, heard);
		ward_datapath_events_poll(city->datapath, hear_ports, heard);
	}
	atomic_store(&stop, true);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	ward_datapath_events_poll(city->datapath, hear_ports, heard);
	ward_datapath_events_sweep(city->datapath, hear_ports, heard);
	for (uint32_t port = 0; port < RARE; port++) {
		assert_true(heard[port] <= floods[0].of[port] + floods[1].of[port]);
		n += heard[port];
	}
	assert_int_equal(counters(city).denied, floods[0].n + floods[1].n);
	assert_int_equal(n + counters(city).events_lost, counters(city).denied);
	assert_true(n > 0);
	free(heard);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		enforced(a_flood_is_one_event),		enforced(a_change_is_told_at_once),
		enforced(what_is_too_much_is_counted),	enforced(flows_that_are_alike_are_counted),
		enforced4(nothing_is_lost_between_two),
	};
	_cleanup_free_ char *why = NULL;

	if (ward_datapath_probe(&why) < 0)
		net_skip(why);
	return cmocka_run_group_tests(tests, city_build, city_raze);
}
