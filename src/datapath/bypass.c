// SPDX-License-Identifier: Apache-2.0
/* Packets are judged at netfilter PREROUTING, behind the translation of destinations.  So these
 * are in the way:
 *
 *	- IPVS chooses the destination later, at INPUT
 *	- flowtables pass packets of open connections on before PREROUTING
 *	- bridges pass packets on without netfilter, unless they are told not to
 *	- BPF programs at XDP and traffic control can redirect what arrives to elsewhere; whether
 *	  they do is in no list, except for those that are known for it
 *	- multicast routing gives pods what was sent to a group: its sender was judged, they not
 *
 * Connection tracking that is not there, and another program at our place, are found when we try.
 */
#include "datapath/bypass.h"

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <nftables/libnftables.h>

#include "base/alloc.h"
#include "datapath/nft.h"
#include "net/interfaces.h"

enum {
	BPF_TCX_INGRESS_NUMBER = 46, /* newer than the headers of Debian 12 */
	PROGRAMS_MAX = 64,
};

static void found(struct ward_bypasses *bypasses, bool certain, char *what)
{
	ward_vec_push(&bypasses->list, ((struct ward_bypass){.certain = certain, .what = what}));
}

unsigned int ward_bypass_ipvs(FILE *ip_vs)
{
	static const char *const protocols[] = {"TCP ", "UDP ", "SCTP ", "FWM "};
	unsigned int n = 0;
	char line[256];

	while (fgets(line, sizeof(line), ip_vs))
		for (size_t i = 0; i < WARD_ARRAY_SIZE(protocols); i++)
			n += strncmp(line, protocols[i], strlen(protocols[i])) == 0;
	return n;
}

static void ipvs_find(struct ward_bypasses *bypasses)
{
	FILE *file = fopen("/proc/thread-self/net/ip_vs", "re");
	unsigned int n = file ? ward_bypass_ipvs(file) : 0;

	if (file)
		fclose(file);
	if (n)
		found(bypasses, true,
		      ward_format("IPVS translates the addresses of %u service%s behind the place "
				  "where packets are judged: run kube-proxy in mode nftables or "
				  "iptables, and clear IPVS (`ipvsadm --clear`)",
				  n, n == 1 ? "" : "s"));
}

/* Behind a title, a line for each interface. */
static unsigned int multicast_count(const char *path)
{
	FILE *file = fopen(path, "re");
	unsigned int n = 0;
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		n++;
	if (file)
		fclose(file);
	return n ? n - 1 : 0;
}

static void multicast_find(struct ward_bypasses *bypasses)
{
	unsigned int n = multicast_count("/proc/thread-self/net/ip_mr_vif") +
			 multicast_count("/proc/thread-self/net/ip6_mr_vif");

	if (n)
		found(bypasses, false,
		      ward_format("multicast is routed between interfaces (%u, see "
				  "/proc/net/ip_mr_vif and ip6_mr_vif): a pod that it is led to "
				  "receives it whatever its ingress rules say",
				  n));
}

/* The first word behind @key in a line, if the line begins with it. */
static const char *word_behind(const char *line, const char *key, size_t *ret_len)
{
	line += strspn(line, " \t");
	if (strncmp(line, key, strlen(key)) != 0)
		return NULL;
	line += strlen(key);
	*ret_len = strcspn(line, " \t\n{");
	return line;
}

char *ward_bypass_flowtables(const char *listing)
{
	_cleanup_free_ char *table = ward_strdup("");
	char *names = NULL;

	for (const char *line = listing; *line;
	     line += strcspn(line, "\n"), line += *line == '\n') {
		_cleanup_free_ char *before = NULL;
		const char *word, *family;
		size_t len;

		family = word_behind(line, "table ", &len);
		if (family && (word = word_behind(family + len, "", &len))) {
			free(table);
			table = strndup(word, len);
		}
		word = word_behind(line, "flowtable ", &len);
		if (!word)
			continue;
		before = names;
		names = ward_format("%s%s%s/%.*s", before ? before : "", before ? ", " : "", table,
				    (int)len, word);
	}
	return names;
}

/* A kernel that has none of it says so, and has no flowtables. */
static int flowtables_find(struct ward_bypasses *bypasses)
{
	_cleanup_free_ char *names = NULL;
	struct nft_ctx *nft;
	int r = ward_nft_open(&nft);

	if (r < 0)
		return r == -EPROTONOSUPPORT ? 0 : r;
	if (nft_run_cmd_from_buffer(nft, "list flowtables") == 0)
		names = ward_bypass_flowtables(nft_ctx_get_output_buffer(nft));
	ward_nft_close(nft);
	if (names)
		found(bypasses, true,
		      ward_format("flowtables of nftables pass packets of open connections on "
				  "before they are judged: take %s away",
				  names));
	return 0;
}

/* "1", or a negative errno. */
static int setting_read(const char *path)
{
	FILE *file = fopen(path, "re");
	int c = file ? fgetc(file) : -errno;

	if (file)
		fclose(file);
	return c < 0 ? c : c == '1';
}

static void bridge_find(struct ward_bypasses *bypasses, const struct ward_interface_info *bridge)
{
	static const char folder[] = "/proc/sys/net/bridge/bridge-nf-call-";
	static const char *const names[] = {"iptables", "ip6tables"};
	const bool asked[] = {bridge->nf_call4, bridge->nf_call6};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(names); i++) {
		_cleanup_free_ char *path = ward_format("%s%s", folder, names[i]);
		int r = asked[i] ? 1 : setting_read(path);

		if (r == 1)
			continue;
		found(bypasses, true,
		      r < 0 ? ward_format("bridge %s passes packets on without netfilter: there is "
					  "no br_netfilter (modprobe br_netfilter)",
					  bridge->name)
			    : ward_format("bridge %s passes packets on without netfilter: set "
					  "net.bridge.bridge-nf-call-%s to 1",
					  bridge->name, names[i]));
		if (r < 0)
			return;
	}
}

static void program_name(uint32_t id, char name[static BPF_OBJ_NAME_LEN])
{
	_cleanup_close_ int fd = bpf_prog_get_fd_by_id(id);
	struct bpf_prog_info info = {};
	uint32_t size = sizeof(info);

	strcpy(name, "?");
	if (fd >= 0 && bpf_obj_get_info_by_fd(fd, &info, &size) == 0 && info.name[0])
		memcpy(name, info.name, BPF_OBJ_NAME_LEN);
}

/* Those that connect pods by themselves, by how their programs are called. */
static const char *project_of(const char *program)
{
	static const struct {
		const char *prefix, *project;
	} known[] = {{"cil_", "Cilium"}, {"cali", "Calico"}};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(known); i++)
		if (strncmp(program, known[i].prefix, strlen(known[i].prefix)) == 0)
			return known[i].project;
	return NULL;
}

static void program_found(struct ward_bypasses *bypasses, uint32_t id, const char *where,
			  const char *interface)
{
	char name[BPF_OBJ_NAME_LEN];
	const char *project;

	program_name(id, name);
	project = project_of(name);
	if (project)
		found(bypasses, true,
		      ward_format("%s connects the pods by itself (BPF program %s at %s of %s): "
				  "packets that it redirects are not judged; take its BPF "
				  "datapath out of use",
				  project, name, where, interface));
	else if (strcmp(name, "ward_source") != 0)
		found(bypasses, false,
		      ward_format("BPF program %s (%u) at %s of %s sees packets before they are "
				  "judged: what it redirects is not judged",
				  name, id, where, interface));
}

/* The part of union bpf_attr that BPF_PROG_QUERY reads and writes. */
struct prog_query {
	uint32_t target_ifindex, attach_type, query_flags, attach_flags;
	uint64_t prog_ids;
	uint32_t count, unused;
	uint64_t prog_attach_flags, link_ids, link_attach_flags, revision;
};

static void tcx_find(struct ward_bypasses *bypasses, const struct ward_interface_info *interface)
{
	uint32_t ids[PROGRAMS_MAX] = {};
	struct prog_query query = {
		.target_ifindex = interface->ifindex,
		.attach_type = BPF_TCX_INGRESS_NUMBER,
		.prog_ids = (uintptr_t)ids,
		.count = PROGRAMS_MAX,
	};

	/* an interface without any, or a kernel without tcx */
	if (syscall(SYS_bpf, BPF_PROG_QUERY, &query, sizeof(query)) < 0)
		return;
	for (uint32_t i = 0; i < query.count && i < PROGRAMS_MAX; i++)
		program_found(bypasses, ids[i], "tcx", interface->name);
}

static int filters_find(struct ward_bypasses *bypasses, const struct ward_interface_info *interface)
{
	struct ward_filters filters;
	int r = ward_filters_list(interface->ifindex, &filters);

	if (r < 0)
		return r == -ENODEV ? 0 : r; /* it has just gone */
	for (uint32_t i = 0; i < filters.list.n; i++) {
		const struct ward_filter_info *filter = &filters.list.items[i];

		if (filter->program)
			program_found(bypasses, filter->program, "tc ingress", interface->name);
		else if (!i || strcmp(filter[-1].kind, filter->kind) != 0) /* once */
			found(bypasses, false,
			      ward_format("a filter of kind %s at tc ingress of %s sees packets "
					  "before they are judged: what it redirects is not judged",
					  filter->kind, interface->name));
	}
	ward_filters_done(&filters);
	return 0;
}

static int interfaces_find(struct ward_bypasses *bypasses)
{
	struct ward_interfaces interfaces;
	int r = ward_interfaces_list(&interfaces);

	if (r < 0)
		return r;
	for (uint32_t i = 0; r == 0 && i < interfaces.list.n; i++) {
		const struct ward_interface_info *interface = &interfaces.list.items[i];

		if (strcmp(interface->kind, "bridge") == 0)
			bridge_find(bypasses, interface);
		if (interface->xdp)
			program_found(bypasses, interface->xdp, "XDP", interface->name);
		tcx_find(bypasses, interface);
		r = filters_find(bypasses, interface);
	}
	ward_interfaces_done(&interfaces);
	return r;
}

int ward_bypass_find(struct ward_bypasses *ret)
{
	int r;

	*ret = (struct ward_bypasses){};
	ipvs_find(ret);
	multicast_find(ret);
	r = flowtables_find(ret);
	if (r == 0)
		r = interfaces_find(ret);
	if (r < 0)
		ward_bypasses_done(ret);
	return r;
}

void ward_bypasses_done(struct ward_bypasses *bypasses)
{
	for (uint32_t i = 0; i < bypasses->list.n; i++)
		free(bypasses->list.items[i].what);
	ward_vec_done(&bypasses->list);
}

int ward_bypass_refuse(char **ret_why)
{
	_cleanup_(ward_bypasses_done) struct ward_bypasses bypasses;
	int r = ward_bypass_find(&bypasses);

	if (r < 0) {
		bypasses = (struct ward_bypasses){};
		*ret_why = ward_format("cannot see whether something leads packets past the "
				       "judgement: %s",
				       strerror(-r));
		return r;
	}
	for (uint32_t i = 0; i < bypasses.list.n; i++) {
		if (!bypasses.list.items[i].certain)
			continue;
		*ret_why = TAKE_PTR(bypasses.list.items[i].what);
		return -EOPNOTSUPP;
	}
	return 0;
}
