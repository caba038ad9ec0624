/* SPDX-License-Identifier: Apache-2.0 */
/* Whom the door of a tunnel lets in: the nodes that there are, through every change of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/symbol.h"
#include "datapath/datapath.h"
#include "kube/pod.h"
#include "net.h"

struct node {
	struct ward_symbols symbols;
	struct ward_engine *engine;
	struct ward_datapath *datapath;
	int net, home;
};

static int node_open(void **state)
{
	const struct ward_datapath_config config = {.n_addresses = 64,
						    .n_heap_lines = 1024,
						    .tunnel_port = 8472};
	struct node *node = ward_new(struct node);
	_cleanup_free_ char *why = NULL;

	*node = (struct node){.net = net_new(), .home = net_current()};
	ward_symbols_init(&node->symbols);
	node->engine = ward_engine_new(&node->symbols, WARD_NONE);
	net_enter(node->net);
	if (ward_datapath_open(&config, &node->datapath, &why) < 0) {
		fprintf(stderr, "%s\n", why);
		return -1;
	}
	*state = node;
	return 0;
}

static int node_close(void **state)
{
	struct node *node = *state;

	ward_datapath_close(node->datapath);
	ward_engine_free(node->engine);
	ward_symbols_done(&node->symbols);
	net_enter(node->home);
	close(node->net);
	close(node->home);
	free(node);
	return 0;
}

static void node_put(struct node *node, const char *name, uint32_t address)
{
	const struct ward_ip ips[] = {{.lo = address, .family = WARD_FAMILY_4},
				      {0xfd00000000000000, address, WARD_FAMILY_6}};
	struct ward_node_object object = {
		.object = {.kind = WARD_KIND_NODE,
			   .ns = WARD_NONE,
			   .name = ward_symbol(&node->symbols, name)},
		.n_ips = 2,
		.ips = ips,
	};

	ward_engine_put(node->engine, &object.object);
}

static void pod_put(struct node *node, const char *name, uint32_t address)
{
	const struct ward_ip ip = {.lo = address, .family = WARD_FAMILY_4};
	struct ward_pod pod = {
		.object = {.kind = WARD_KIND_POD,
			   .ns = ward_symbol(&node->symbols, "ns"),
			   .name = ward_symbol(&node->symbols, name)},
		.node = WARD_NONE,
		.n_ips = 1,
		.ips = &ip,
	};

	ward_engine_put(node->engine, &pod.object);
}

/* Commits; then the sets have these elements and no others. */
static void expect(struct node *node, const char *nodes4, const char *nodes6)
{
	_cleanup_free_ uint32_t *ifindex = NULL;
	const char *const wanted[] = {nodes4, nodes6};
	char command[128], text[256];
	const struct ward_tables *tables = ward_engine_commit(node->engine);

	ward_engine_lay_out(node->engine);
	ifindex = ward_alloc((tables->n_endpoints + 1) * sizeof(*ifindex));
	assert_int_equal(ward_datapath_commit(node->datapath, node->engine, ifindex), 0);
	for (int i = 0; i < 2; i++) {
		size_t len;
		FILE *out;

		snprintf(command, sizeof(command),
			 "nft list set inet ward nodes%d | tr -d '\\n\\t' | "
			 "sed 's/.*elements = {\\([^}]*\\)}.*/\\1/; /table/s/.*//' | tr -d ' '",
			 i ? 6 : 4);
		out = popen(command, "r");
		len = fread(text, 1, sizeof(text) - 1, out);
		text[len] = '\0';
		pclose(out);
		assert_string_equal(text, wanted[i]);
	}
}

static void follows(void **state)
{
	struct node *node = *state;

	expect(node, "", "");
	node_put(node, "one", 0x0a000001);
	expect(node, "10.0.0.1", "fd00::a00:1");
	pod_put(node, "pod", 0x0a640001);
	expect(node, "10.0.0.1", "fd00::a00:1");
	node_put(node, "two", 0x0a000002);
	node_put(node, "three", 0x0a000003);
	expect(node, "10.0.0.1,10.0.0.2,10.0.0.3", "fd00::a00:1,fd00::a00:2,fd00::a00:3");
	node_put(node, "two", 0x0a000005);
	expect(node, "10.0.0.1,10.0.0.3,10.0.0.5", "fd00::a00:1,fd00::a00:3,fd00::a00:5");
	ward_engine_remove(node->engine, WARD_KIND_NODE, WARD_NONE,
			   ward_symbol(&node->symbols, "one"));
	ward_engine_remove(node->engine, WARD_KIND_POD, ward_symbol(&node->symbols, "ns"),
			   ward_symbol(&node->symbols, "pod"));
	expect(node, "10.0.0.3,10.0.0.5", "fd00::a00:3,fd00::a00:5");
	ward_engine_remove(node->engine, WARD_KIND_NODE, WARD_NONE,
			   ward_symbol(&node->symbols, "two"));
	ward_engine_remove(node->engine, WARD_KIND_NODE, WARD_NONE,
			   ward_symbol(&node->symbols, "three"));
	expect(node, "", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(follows)};
	_cleanup_free_ char *why = NULL;

	if (geteuid() != 0)
		net_skip("network namespaces need root");
	if (ward_datapath_probe(&why) < 0)
		net_skip(why);
	return cmocka_run_group_tests(tests, node_open, node_close);
}
