/* SPDX-License-Identifier: Apache-2.0 */
/* What would lead packets past the judgement is recognised, and what certainly does is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>
#include <netinet/in.h>
#include <linux/mroute.h>
#include <linux/mroute6.h>
#include <sys/syscall.h>

#include "datapath/bypass.h"
#include "datapath/datapath.h"
#include "net.h"

enum {
	IFINDEX = 10,
	TCX_INGRESS = 46,
};

/* A namespace with one interface. */
struct place {
	int net, home;
};

static int place_open(void **state)
{
	struct place *place = ward_new(struct place);

	*place = (struct place){.net = net_new(), .home = net_current()};
	net_run(place->net, "ip link add eth9 index %d type veth peer name other", IFINDEX);
	net_enter(place->net);
	*state = place;
	return 0;
}

static int place_close(void **state)
{
	struct place *place = *state;

	net_enter(place->home);
	close(place->net);
	close(place->home);
	free(place);
	return 0;
}

/* What is found: one thing that says @what, or nothing if that is NULL. */
static void expect(bool certain, const char *what)
{
	const struct ward_datapath_config config = {.n_addresses = 64, .n_heap_lines = 1024};
	struct ward_datapath *datapath = NULL;
	struct ward_bypasses found;
	_cleanup_free_ char *why = NULL;
	int r;

	assert_int_equal(ward_bypass_find(&found), 0);
	for (uint32_t i = 0; i < found.list.n; i++)
		if (!what || !strstr(found.list.items[i].what, what))
			fail_msg("found: %s", found.list.items[i].what);
	assert_int_equal(found.list.n, what ? 1 : 0);
	if (what)
		assert_int_equal(found.list.items[0].certain, certain);
	ward_bypasses_done(&found);

	r = ward_datapath_open(&config, &datapath, &why);
	assert_int_equal(r, certain ? -EOPNOTSUPP : 0);
	if (certain)
		assert_non_null(strstr(why, what));
	ward_datapath_close(datapath);
}

static void nothing(void **state)
{
	expect(false, NULL);
}

static void bridges(void **state)
{
	const struct place *place = *state;

	if (access("/proc/sys/net/bridge", F_OK) < 0) {
		net_run(place->net, "ip link add br9 type bridge");
		expect(true, "bridge br9 passes packets on without netfilter: there is no br_netf");
		return;
	}
	net_run(place->net, "ip link add br9 type bridge; "
			    "sysctl -qw net.bridge.bridge-nf-call-iptables=1 "
			    "net.bridge.bridge-nf-call-ip6tables=1");
	expect(false, NULL);
	net_run(place->net, "sysctl -qw net.bridge.bridge-nf-call-iptables=0");
	expect(true, "bridge br9 passes packets on without netfilter: set "
		     "net.bridge.bridge-nf-call-iptables to 1");
	net_run(place->net, "ip link set br9 type bridge nf_call_iptables 1");
	expect(false, NULL);
	net_run(place->net, "sysctl -qw net.bridge.bridge-nf-call-ip6tables=0");
	expect(true, "set net.bridge.bridge-nf-call-ip6tables to 1");
	net_run(place->net, "ip link del br9");
	expect(false, NULL);
}

static int program_load(enum bpf_prog_type type, const char *name)
{
	/* return 2: XDP_PASS, which is TCX_DROP */
	static const struct bpf_insn insns[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 2},
		{.code = BPF_JMP | BPF_EXIT},
	};
	int fd = bpf_prog_load(type, name, "GPL", insns, WARD_ARRAY_SIZE(insns), NULL);

	if (fd < 0)
		net_fail("bpf_prog_load");
	return fd;
}

static void xdp(void **state)
{
	int fd = program_load(BPF_PROG_TYPE_XDP, "some_xdp");

	assert_int_equal(bpf_xdp_attach(IFINDEX, fd, XDP_FLAGS_SKB_MODE, NULL), 0);
	expect(false, "at XDP of eth9 sees packets before they are judged");
	expect(false, "BPF program some_xdp (");
	bpf_xdp_detach(IFINDEX, XDP_FLAGS_SKB_MODE, NULL);
	close(fd);
	expect(false, NULL);
}

static void tcx_named(const char *name, bool certain, const char *what)
{
	struct {
		uint32_t prog_fd, target_ifindex, attach_type, flags;
		uint64_t unused[3];
	} attr = {program_load(BPF_PROG_TYPE_SCHED_CLS, name), IFINDEX, TCX_INGRESS, 0, {}};
	int link = syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof(attr));

	close(attr.prog_fd);
	if (link < 0 && errno == EINVAL)
		net_skip("this kernel has no tcx: 6.6 or newer has it");
	assert_true(link >= 0);
	expect(certain, what);
	close(link);
	expect(false, NULL);
}

static void tcx(void **state)
{
	tcx_named("some_tc", false, "at tcx of eth9 sees packets before they are judged");
	tcx_named("cil_from_netdev", true, "Cilium connects the pods by itself (BPF program cil_f");
	tcx_named("cali_tc_preambl", true, "Calico connects the pods by itself");
	tcx_named("ward_source", false, NULL);
}

static void classic(void **state)
{
	const struct place *place = *state;
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = IFINDEX, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts,
		    .prog_fd = program_load(BPF_PROG_TYPE_SCHED_CLS, "some_classic"));

	net_run(place->net, "tc qdisc add dev eth9 clsact");
	expect(false, NULL);
	assert_int_equal(bpf_tc_attach(&hook, &opts), 0);
	expect(false, "BPF program some_classic (");
	close(opts.prog_fd);
	net_run(place->net, "tc qdisc del dev eth9 clsact; tc qdisc add dev eth9 ingress; "
			    "tc filter add dev eth9 ingress u32 match u32 0 0 action mirred egress "
			    "redirect dev lo");
	expect(false, "a filter of kind u32 at tc ingress of eth9");
	net_run(place->net, "tc qdisc del dev eth9 ingress");
	expect(false, NULL);
}

static void ipvs_text(void **state)
{
	static const struct {
		const char *text;
		unsigned int n;
	} cases[] = {
		{"", 0},
		{"IP Virtual Server version 1.2.1 (size=4096)\n"
		 "Prot LocalAddress:Port Scheduler Flags\n"
		 "  -> RemoteAddress:Port Forward Weight ActiveConn InActConn\n",
		 0},
		{"IP Virtual Server version 1.2.1 (size=4096)\n"
		 "Prot LocalAddress:Port Scheduler Flags\n"
		 "  -> RemoteAddress:Port Forward Weight ActiveConn InActConn\n"
		 "TCP  0A600001:01BB rr  \n"
		 "  -> AC1E0002:192B      Masq    1      0          0         \n"
		 "UDP  [fd00:0010:0096:0000:0000:0000:0000:000a]:0035 rr  \n"
		 "FWM  00000001 rr  \n",
		 3},
	};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(cases); i++) {
		FILE *file = fmemopen((void *)cases[i].text, strlen(cases[i].text) + 1, "r");

		assert_int_equal(ward_bypass_ipvs(file), cases[i].n);
		fclose(file);
	}
}

static void flowtables_text(void **state)
{
	_cleanup_free_ char *none = ward_bypass_flowtables("table inet filter {\n}\n");
	_cleanup_free_ char *empty = ward_bypass_flowtables("");
	_cleanup_free_ char *two = ward_bypass_flowtables("table inet filter {\n"
							  "\tflowtable fast {\n"
							  "\t\thook ingress priority filter\n"
							  "\t\tdevices = { eth0, eth1 }\n"
							  "\t}\n"
							  "}\n"
							  "table ip6 other {\n"
							  "\tflowtable f{\n\t}\n}");

	assert_null(none);
	assert_null(empty);
	assert_string_equal(two, "filter/fast, other/f");
}

/* As a multicast routing daemon does it. */
static void multicast(void **state)
{
	const int families[] = {AF_INET, AF_INET6};

	for (int i = 0; i < 2; i++) {
		struct vifctl vif = {.vifc_flags = VIFF_USE_IFINDEX, .vifc_lcl_ifindex = IFINDEX};
		struct mif6ctl mif = {.mif6c_pifi = IFINDEX};
		bool six = families[i] == AF_INET6;
		int level = six ? IPPROTO_IPV6 : IPPROTO_IP, one = 1;
		int fd = socket(families[i], SOCK_RAW, six ? IPPROTO_ICMPV6 : IPPROTO_IGMP);

		if (setsockopt(fd, level, six ? MRT6_INIT : MRT_INIT, &one, sizeof(one)) < 0)
			net_fail("MRT_INIT");
		expect(false, NULL);
		if (six ? setsockopt(fd, level, MRT6_ADD_MIF, &mif, sizeof(mif))
			: setsockopt(fd, level, MRT_ADD_VIF, &vif, sizeof(vif)))
			net_fail("MRT_ADD_VIF");
		expect(false, "multicast is routed between interfaces (1,");
		close(fd);
		expect(false, NULL);
	}
}

/* What this kernel may lack; run by name, so that it counts as left out. */
static void flowtable_kernel(void **state)
{
	const struct place *place = *state;

	if (system("nft 'add table inet t; add flowtable inet t f "
		   "{ hook ingress priority 0; devices = { eth9 }; }' 2>/dev/null") != 0)
		net_skip("this kernel has no flowtables (CONFIG_NF_FLOW_TABLE)");
	expect(true, "flowtables of nftables pass packets of open connections on before they are "
		     "judged: take t/f away");
	net_run(place->net, "nft delete table inet t");
	expect(false, NULL);
}

static void ipvs_kernel(void **state)
{
	const struct place *place = *state;

	if (access("/proc/thread-self/net/ip_vs", F_OK) < 0)
		net_skip("this kernel has no IPVS (CONFIG_IP_VS)");
	if (system("command -v ipvsadm >/dev/null") != 0)
		net_skip("ipvsadm is not installed");
	expect(false, NULL);
	net_run(place->net, "ipvsadm -A -t 10.96.0.1:443 -s rr");
	expect(true, "IPVS translates the addresses of 1 service behind the place");
	net_run(place->net, "ipvsadm -C");
	expect(false, NULL);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing),   cmocka_unit_test(bridges),
		cmocka_unit_test(xdp),	     cmocka_unit_test(tcx),
		cmocka_unit_test(classic),   cmocka_unit_test(multicast),
		cmocka_unit_test(ipvs_text), cmocka_unit_test(flowtables_text),
	};
	const struct CMUnitTest flowtable[] = {cmocka_unit_test(flowtable_kernel)};
	const struct CMUnitTest ipvs[] = {cmocka_unit_test(ipvs_kernel)};
	_cleanup_free_ char *why = NULL;

	if (geteuid() != 0)
		net_skip("network namespaces need root");
	if (ward_datapath_probe(&why) < 0)
		net_skip(why);
	if (argc > 1 && strcmp(argv[1], "flowtable") == 0)
		return cmocka_run_group_tests(flowtable, place_open, place_close);
	if (argc > 1)
		return cmocka_run_group_tests(ipvs, place_open, place_close);
	return cmocka_run_group_tests(tests, place_open, place_close);
}
