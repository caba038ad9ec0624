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
#include <string.h>
#include <unistd.h>

#include <nftables/libnftables.h>

#include "base/alloc.h"
#include "datapath/bypass-programs.h"
#include "datapath/nft.h"
#include "net/interfaces.h"

void ward_bypass_found(struct ward_bypasses *bypasses, bool certain, char *what)
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
		ward_bypass_found(
			bypasses, true,
			ward_format(
				"IPVS translates the addresses of %u service%s behind the place "
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
		ward_bypass_found(
			bypasses, false,
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
		ward_bypass_found(
			bypasses, true,
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
		ward_bypass_found(
			bypasses, true,
			r < 0 ? ward_format(
					"bridge %s passes packets on without netfilter: there is "
					"no br_netfilter (modprobe br_netfilter)",
					bridge->name)
			      : ward_format("bridge %s passes packets on without netfilter: set "
					    "net.bridge.bridge-nf-call-%s to 1",
					    bridge->name, names[i]));
		if (r < 0)
			return;
	}
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
		r = ward_bypass_programs_find(bypasses, interface);
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
