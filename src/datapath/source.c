// SPDX-License-Identifier: Apache-2.0
/* Loads the program once and attaches it to each port.  The links hang on descriptors of this
 * process; a port that goes takes its link along. */
#include "datapath/source.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/alloc.h"
#include "base/vec.h"
#include "datapath/bpf/wire.h"
#include "datapath/internal.h"
#include "datapath/program.h"
#include "source.skel.h"

/* Newer than the headers of Debian 12, so by number. */
enum {
	WARD_BPF_TCX_INGRESS = 46,
	WARD_BPF_F_BEFORE = 1 << 3, /* with nobody named: before all others */
};

struct guard {
	uint32_t ifindex;
	int link;
};

struct ward_source {
	struct ward_source_bpf *object;
	WARD_VEC(struct guard) guards;
};

/* The part of union bpf_attr that BPF_LINK_CREATE reads for tcx. */
struct link_create {
	uint32_t prog_fd, target_ifindex, attach_type, flags;
	struct {
		uint32_t relative_fd, unused;
		uint64_t expected_revision;
	} tcx;
};

static uint64_t mac_key(const uint8_t *mac)
{
	uint64_t key = 0;

	memcpy(&key, mac, 6);
	return key;
}

static int station_put(const struct ward_source *source, const uint8_t *mac,
		       const struct ward_wire_station *station)
{
	uint64_t key = mac_key(mac);

	return bpf_map_update_elem(bpf_map__fd(source->object->maps.ward_stations), &key, station,
				   BPF_ANY);
}

int ward_source_open(const uint8_t router[static 6], struct ward_source **ret_source,
		     char **ret_why)
{
	struct ward_source *source = ward_new(struct ward_source);
	const struct ward_wire_station node = {.is_router = 1};
	int r;

	ward_program_quiet();
	*source = (struct ward_source){.object = ward_source_bpf__open()};
	r = source->object ? ward_source_bpf__load(source->object) : -errno;
	if (r == 0)
		r = station_put(source, router, &node);
	if (r == 0) {
		*ret_source = source;
		return 0;
	}
	*ret_why = ward_format("the kernel refuses the program that guards the ports of a bridge: "
			       "%s",
			       strerror(-r));
	ward_source_close(source);
	return r;
}

struct ward_source *ward_source_close(struct ward_source *source)
{
	if (!source)
		return NULL;
	for (uint32_t i = 0; i < source->guards.n; i++)
		close(source->guards.items[i].link);
	ward_vec_done(&source->guards);
	ward_source_bpf__destroy(source->object);
	free(source);
	return NULL;
}

static struct ward_wire_station station_of(const struct ward_source_port *port)
{
	struct ward_wire_station station = {.ifindex = port->ifindex};

	for (uint32_t i = 0; i < port->n_ips; i++) {
		struct ward_ip ip = port->ips[i];
		uint32_t words[] = {htonl(ip.hi >> 32), htonl(ip.hi), htonl(ip.lo >> 32),
				    htonl(ip.lo)};

		if (ip.family == WARD_FAMILY_6)
			memcpy(station.ip6, words, sizeof(words));
		else
			station.ip4 = words[3];
	}
	return station;
}

static int port_attach(const struct ward_source *source, uint32_t ifindex)
{
	struct link_create attr = {
		.prog_fd = bpf_program__fd(source->object->progs.ward_source),
		.target_ifindex = ifindex,
		.attach_type = WARD_BPF_TCX_INGRESS,
		.flags = WARD_BPF_F_BEFORE,
	};
	int fd = syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof(attr));

	return fd < 0 ? -errno : fd;
}

int ward_source_guard(struct ward_source *source, const struct ward_source_port *port,
		      char **ret_why)
{
	struct ward_wire_station station = station_of(port);
	struct guard guard = {port->ifindex, port_attach(source, port->ifindex)};
	int r = guard.link < 0 ? guard.link : station_put(source, port->mac, &station);

	if (guard.link >= 0 && r < 0)
		close(guard.link);
	if (r == -EINVAL)
		*ret_why = ward_strdup("Linux cannot run BPF programs at the ports of a bridge: it "
				       "takes 6.6 or newer with CONFIG_NET_XGRESS=y (tcx)");
	else if (r < 0)
		*ret_why =
			ward_format("cannot guard interface %u: %s", port->ifindex, strerror(-r));
	else
		ward_vec_push(&source->guards, guard);
	return r;
}

void ward_source_release(struct ward_source *source, const struct ward_source_port *port)
{
	uint64_t key = mac_key(port->mac);

	bpf_map_delete_elem(bpf_map__fd(source->object->maps.ward_stations), &key);
	for (uint32_t i = 0; i < source->guards.n; i++) {
		if (source->guards.items[i].ifindex != port->ifindex)
			continue;
		close(source->guards.items[i].link);
		source->guards.items[i] = source->guards.items[--source->guards.n];
		return;
	}
}

int ward_source_program(const struct ward_source *source)
{
	return bpf_program__fd(source->object->progs.ward_source);
}

void ward_source_counters(const struct ward_source *source, struct ward_source_counters *ret)
{
	int n_cpus = libbpf_num_possible_cpus();
	_cleanup_free_ uint64_t *per_cpu = ward_new_n(uint64_t, n_cpus > 0 ? n_cpus : 1);
	uint64_t sums[WARD_N_FRAME] = {};

	for (uint32_t slot = 0; slot < WARD_N_FRAME; slot++) {
		if (bpf_map_lookup_elem(bpf_map__fd(source->object->maps.ward_frames), &slot,
					per_cpu) < 0)
			continue;
		for (int i = 0; i < n_cpus; i++)
			sums[slot] += per_cpu[i];
	}
	*ret = (struct ward_source_counters){
		.passed = sums[WARD_FRAME_TRUE],
		.spoofed = sums[WARD_FRAME_SPOOFED],
		.kind = sums[WARD_FRAME_KIND],
		.astray = sums[WARD_FRAME_ASTRAY],
	};
}
