/* SPDX-License-Identifier: Apache-2.0 */
/* One kind of object, from bytes to verdicts.  The bytes follow on FUZZ_HEAD, its apiVersion and
 * kind, so that they all get to its decoder.  What comes out keeps the promises of its header; and
 * in a small world the oracle, which knows the typed object, and the engine, which knows what it
 * was lowered to, say the same. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "fuzz.h"
#include "oracle/judges.h"
#include "oracle/world-read.h"
#include "promises.h"

enum {
	CONNS = 24,
	SIZE_MAX_READ = 4096,
};

static const char head[] = FUZZ_HEAD;

static const char small_world[] =
	"{apiVersion: v1, kind: Namespace, metadata: {name: x, labels: {env: dev, team: a}}}\n"
	"---\n"
	"{apiVersion: v1, kind: Namespace, metadata: {name: w, labels: {env: prod}}}\n"
	"---\n"
	"apiVersion: v1\n"
	"kind: Node\n"
	"metadata: {name: n1, labels: {role: web}}\n"
	"status: {addresses: [{address: 10.9.0.1}, {address: 'fd00:9::1'}]}\n"
	"---\n"
	"apiVersion: v1\n"
	"kind: Pod\n"
	"metadata: {name: a, namespace: x, labels: {role: web, app: a}}\n"
	"spec: {nodeName: n1, containers: [{ports: [{name: web, containerPort: 80}]}]}\n"
	"status: {phase: Running, podIPs: [{ip: 10.0.0.1}, {ip: 'fd00::1'}]}\n"
	"---\n"
	"apiVersion: v1\n"
	"kind: Pod\n"
	"metadata: {name: b, namespace: x, labels: {role: db}}\n"
	"spec: {nodeName: m1, containers: [{ports: [{name: web, containerPort: 53, protocol: "
	"UDP}]}]}\n"
	"status: {phase: Running, podIPs: [{ip: 10.0.0.2}, {ip: 'fd00::2'}]}\n"
	"---\n"
	"apiVersion: v1\n"
	"kind: Pod\n"
	"metadata: {name: c, namespace: w, labels: {role: web}}\n"
	"spec: {nodeName: n1, containers: [{ports: [{name: web, containerPort: 8080}]}]}\n"
	"status: {phase: Running, podIPs: [{ip: 10.0.1.1}]}\n"
	"---\n"
	"apiVersion: v1\n"
	"kind: Pod\n"
	"metadata: {name: dns, namespace: kube-system, labels: {k8s-app: kube-dns}}\n"
	"spec: {nodeName: m1, containers: [{name: dns}]}\n"
	"status: {phase: Running, podIPs: [{ip: 10.0.2.1}, {ip: 'fd00::2:1'}]}\n"
	"---\n"
	"apiVersion: v1\n"
	"kind: Pod\n"
	"metadata: {name: host, namespace: w, labels: {role: db}}\n"
	"spec: {nodeName: n1, hostNetwork: true, containers: [{name: host}]}\n"
	"status: {phase: Running, podIPs: [{ip: 10.9.0.1}]}\n"
	"---\n"
	"apiVersion: networking.k8s.io/v1\n"
	"kind: NetworkPolicy\n"
	"metadata: {name: closed, namespace: w}\n"
	"spec: {podSelector: {}, policyTypes: [Ingress, Egress]}\n";

static void objects_check(const struct reading *reading)
{
	for (uint32_t i = 0; i < reading->snapshot.objects.n; i++) {
		if (reading->snapshot.objects.items[i])
			object_check(&reading->snapshot, reading->snapshot.objects.items[i]);
	}
}

static void world_judge(const struct world *world, size_t seed)
{
	struct rng rng = {.state = seed};
	void *self = engine_judge.open(world);

	for (int i = 0; i < CONNS; i++) {
		struct judgement got = {};
		struct conn conn;

		world_random_conn(world, &rng, &conn);
		engine_judge.judge(self, &conn, &got);
		if (!judgement_check(world, &conn, engine_judge.name, &got)) {
			fflush(stdout);
			abort();
		}
	}
	engine_judge.close(self);
}

static void text_check(const char *text, size_t size, bool like_server)
{
	struct ward_symbols symbols;
	struct reading reading;
	struct world world;

	ward_symbols_init(&symbols);
	reading_init(&reading, &symbols);
	reading_add_text(&reading, "world", small_world, strlen(small_world));
	if (ward_diags_has_errors(&reading.diags))
		abort();
	reading.like_server = like_server;
	reading_add_text(&reading, "fuzz", text, size);
	reading_world(&reading, &world);
	objects_check(&reading);
	if (like_server)
		world_judge(&world, size);
	world_done(&world);
	reading_done(&reading);
	ward_symbols_done(&symbols);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	_cleanup_free_ char *text = NULL;
	size_t at = strlen(head);

	if (size > SIZE_MAX_READ)
		return 0;
	text = ward_alloc(at + size);
	memcpy(text, head, at);
	memcpy(text + at, bytes, size);
	text_check(text, at + size, false);
	text_check(text, at + size, true);
	return 0;
}
