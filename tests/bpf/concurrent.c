/* SPDX-License-Identifier: Apache-2.0 */
/* Packets without pause through a policy that changes as fast as it can: each is judged by one
 * version, at both of its ends.  Every packet's event is checked against its version's tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include <cmocka.h>

#include "../unit/image/changing-tables.h"
#include "datapath/events.h"
#include "datapath/grace.h"
#include "datapath/program.h"
#include "net.h"
#include "packet.h"

enum {
	SENDERS = 2,
	VERSIONS = 300,
};

struct kernel {
	struct ward_program program;
	struct ward_image_writer *writer;
	struct ward_events *events;
	struct ward_grace grace;
	uint64_t n_packets, n_wrong, n_versions, last;
};

static atomic_bool stop;
static _Atomic uint64_t n_failed;

static void *send_on(void *userdata)
{
	struct kernel *kernel = userdata;
	unsigned rng = (uintptr_t)pthread_self();

	while (!atomic_load(&stop)) {
		uint32_t from = rand_r(&rng) % PODS;
		uint32_t to = (from + 1 + rand_r(&rng) % (PODS - 1)) % PODS;
		enum ward_family family = rand_r(&rng) % 2 ? WARD_FAMILY_4 : WARD_FAMILY_6;
		struct packet packet =
			packet_of(ip_of(from, family), ip_of(to, family), IPPROTO_TCP, 1024, 80);

		if (packet_judge(kernel->program.fd, &packet) < 0)
			atomic_fetch_add(&n_failed, 1);
	}
	return NULL;
}

static void hear(void *userdata, const struct ward_flow_event *event)
{
	struct kernel *kernel = userdata;
	const struct ward_image_verdict verdict = {
		.accept = event->accept,
		.decision = {event->decision[0], event->decision[1]},
	};

	kernel->n_packets++;
	kernel->n_versions += event->version != kernel->last;
	kernel->last = event->version;
	kernel->n_wrong +=
		event->reason != WARD_FLOW_RULES ||
		!is_right(event->version, event->src.lo - FIRST, event->dst.lo - FIRST, &verdict);
}

static int grace(void *userdata)
{
	struct kernel *kernel = userdata;

	return ward_grace_wait(&kernel->grace);
}

static void each_packet_is_judged_by_one_version(void **state)
{
	const struct ward_program_config config = {changing_geometry, true};
	struct kernel kernel = {};
	struct ward_image_config image = {
		.geometry = changing_geometry,
		.node = WARD_NONE,
		.grace = grace,
		.userdata = &kernel,
	};
	uint32_t ifindex[PODS];
	pthread_t senders[SENDERS];
	char *why = NULL;

	for (int i = 0; i < PODS; i++)
		ifindex[i] = WARD_LOOPBACK_IFINDEX;
	assert_int_equal(ward_program_load(&kernel.program, &config, &why), 0);
	assert_int_equal(ward_grace_open(&kernel.grace), 0);
	assert_int_equal(ward_events_open(&kernel.program, &kernel.events), 0);
	image.bytes = kernel.program.image;
	kernel.writer = ward_image_writer_new(&image);
	assert_int_equal(changing_commit(kernel.writer, 1, ifindex), 0);
	for (int i = 0; i < SENDERS; i++)
		pthread_create(&senders[i], NULL, send_on, &kernel);
	for (uint64_t version = 2; version <= VERSIONS; version++) {
		assert_int_equal(changing_commit(kernel.writer, version, ifindex), 0);
		ward_events_poll(kernel.events, hear, &kernel);
	}
	atomic_store(&stop, true);
	for (int i = 0; i < SENDERS; i++)
		pthread_join(senders[i], NULL);
	ward_events_poll(kernel.events, hear, &kernel);
	printf("%lu packets checked, %lu changes of version between them, %lu wrong\n",
	       kernel.n_packets, kernel.n_versions, kernel.n_wrong);
	assert_int_equal(n_failed, 0);
	assert_int_equal(kernel.n_wrong, 0);
	assert_true(kernel.n_packets > 10000 && kernel.n_versions > 50);
	ward_events_close(kernel.events);
	ward_image_writer_free(kernel.writer);
	ward_grace_close(&kernel.grace);
	ward_program_unload(&kernel.program);
}

int main(void)
{
	_cleanup_free_ char *why = NULL;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_packet_is_judged_by_one_version),
	};

	if (ward_datapath_probe(&why) < 0)
		net_skip(why);
	net_enter(net_new());
	return cmocka_run_group_tests(tests, NULL, NULL);
}
