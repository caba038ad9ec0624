/* SPDX-License-Identifier: Apache-2.0 */
/* Whom the door of a tunnel lets in: the nodes that there are, through every change of them and
 * past the end of a process; and that nobody comes to a door in the name of the node before it. */
#include "large.h"

#include "base/symbol.h"
#include "kube/pod.h"

struct node {
	struct ward_symbols symbols;
	struct ward_engine *engine;
	struct ward_datapath *datapath;
	int net, home;
};

static int datapath_open(struct node *node, const char *pins, uint16_t port)
{
	const uint32_t uplinks[] = {if_nametoindex("west"), if_nametoindex("east")};
	const struct ward_datapath_config config = {
		.n_addresses = 64,
		.n_heap_lines = 1024,
		.n_uplinks = 2,
		.uplinks = uplinks,
		.tunnel_port = port,
		.pins = pins,
	};
	_cleanup_free_ char *why = NULL;
	int r = ward_datapath_open(&config, &node->datapath, &why);

	if (r < 0)
		fprintf(stderr, "%s\n", why);
	return r;
}

static int node_open(void **state)
{
	struct node *node = ward_new(struct node);

	*node = (struct node){.net = net_new(), .home = net_current()};
	ward_symbols_init(&node->symbols);
	node->engine = ward_engine_new(&node->symbols, WARD_NONE);
	net_enter(node->net);
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

/* What is in a set; nothing if it is not there. */
static void expect_set(const char *table, const char *set, const char *elements)
{
	char command[192], text[256];
	size_t len;
	FILE *out;

	snprintf(command, sizeof(command),
		 "nft list set inet %s %s 2>/dev/null | tr -d '\\n\\t' | "
		 "sed 's/.*elements = {\\([^}]*\\)}.*/\\1/; /table/s/.*//' | tr -d ' '",
		 table, set);
	out = popen(command, "r");
	len = fread(text, 1, sizeof(text) - 1, out);
	text[len] = '\0';
	pclose(out);
	assert_string_equal(text, elements);
}

static void commit_all(struct node *node)
{
	_cleanup_free_ uint32_t *ifindex = NULL;
	const struct ward_tables *tables = ward_engine_commit(node->engine);

	ward_engine_lay_out(node->engine);
	ifindex = ward_alloc((tables->n_endpoints + 1) * sizeof(*ifindex));
	assert_int_equal(ward_datapath_commit(node->datapath, node->engine, ifindex), 0);
}

/* Commits; then the sets have these elements and no others. */
static void expect(struct node *node, const char *nodes4, const char *nodes6)
{
	commit_all(node);
	expect_set("ward", "nodes4", nodes4);
	expect_set("ward", "nodes6", nodes6);
}

static void follows(void **state)
{
	struct node *node = *state;

	assert_int_equal(datapath_open(node, NULL, 8472), 0);
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

/* It stays with what is pinned, and is never empty in between. */
static void outlives_its_process(void **state)
{
	struct node *node = *state;

	assert_int_equal(datapath_open(node, PINS, 8472), 0);
	node_put(node, "one", 0x0a000001);
	expect(node, "10.0.0.1", "fd00::a00:1");
	node->datapath = ward_datapath_close(node->datapath);
	net_run(node->net,
		"nft list chain inet ward-pinned tunnel | grep -q 'dport 8472 ip saddr'");
	expect_set("ward-pinned", "nodes4", "10.0.0.1");

	assert_int_equal(datapath_open(node, PINS, 8473), 0);
	expect_set("ward-pinned", "nodes4", "10.0.0.1");
	net_run(node->net, "! nft list chain inet ward tunnel 2>/dev/null");
	node_put(node, "one", 0x0a000007);
	net_run(node->net, "nft flush ruleset");
	expect(node, "10.0.0.7", "fd00::a00:7");
	expect_set("ward-pinned", "nodes6", "fd00::a00:7");
	net_run(node->net,
		"nft list chain inet ward-pinned tunnel | grep -q 'dport 8473 ip saddr'");
	node->datapath = ward_datapath_close(node->datapath);

	assert_int_equal(datapath_open(node, PINS, 0), 0);
	net_run(node->net, "! nft list chain inet ward-pinned tunnel 2>/dev/null");
	node->datapath = ward_datapath_close(node->datapath);
	pins_remove();
}

/* West, the node, and east, which is another node. */
struct road {
	int west, east;
};

static int end_build(struct node *node, const char *name, int number)
{
	int net = net_new();

	net_run(node->net, "ip link add %s type veth peer name eth0 netns /proc/%d/fd/%d", name,
		getpid(), net);
	net_run(node->net, "echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad");
	net_run(net,
		"ip addr add 10.0.%d.2/24 dev eth0; ip addr add fd00::a00:%d02/120 dev eth0 "
		"nodad; ip link set eth0 up; ip route add default via 10.0.%d.1; "
		"ip route add default via fd00::a00:%d01",
		number, number, number, number);
	net_run(node->net,
		"ip addr add 10.0.%d.1/24 dev %s; ip addr add fd00::a00:%d01/120 dev %s nodad; "
		"ip link set %s up; echo 1 > /proc/sys/net/ipv4/ip_forward; "
		"echo 1 > /proc/sys/net/ipv6/conf/all/forwarding",
		number, name, number, name, name);
	return net;
}

static bool arrives(const struct road *road, int family, uint16_t port)
{
	const char *east = family == AF_INET ? "10.0.1.2" : "fd00::a00:102";
	int server = net_socket(road->east, family, SOCK_DGRAM, 0);
	int client = net_socket(road->west, family, SOCK_DGRAM, 0);
	bool arrived;

	bind_to(server, east, port);
	send_to(client, "x", 1, east, port);
	arrived = comes(server, 100);
	close(client);
	close(server);
	return arrived;
}

/* A link of IPv6 is ready a moment after it is up. */
static bool arrives_at_last(const struct road *road, int family, uint16_t port)
{
	for (int ms = 0; ms < PATIENCE_MS; ms += 100)
		if (arrives(road, family, port))
			return true;
	return false;
}

static void nobody_comes_in_the_name_of_the_node(void **state)
{
	struct node *node = *state;
	struct road road = {end_build(node, "west", 0), end_build(node, "east", 1)};
	static const int families[] = {AF_INET, AF_INET6};

	assert_int_equal(datapath_open(node, NULL, 8472), 0);
	commit_all(node);
	for (int i = 0; i < 2; i++)
		assert_true(arrives_at_last(&road, families[i], 8472));
	node_put(node, "east", 0x0a000102);
	commit_all(node);
	for (int i = 0; i < 2; i++) {
		assert_false(arrives(&road, families[i], 8472));
		assert_true(arrives(&road, families[i], 8473));
	}
	close(road.west);
	close(road.east);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(follows, node_open, node_close),
		cmocka_unit_test_setup_teardown(outlives_its_process, node_open, node_close),
		cmocka_unit_test_setup_teardown(nobody_comes_in_the_name_of_the_node, node_open,
						node_close),
	};
	_cleanup_free_ char *why = NULL;

	if (geteuid() != 0)
		net_skip("network namespaces need root");
	if (ward_datapath_probe(&why) < 0)
		net_skip(why);
	pins_hide();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
