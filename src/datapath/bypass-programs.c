// SPDX-License-Identifier: Apache-2.0
#include "datapath/bypass-programs.h"

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "base/alloc.h"

enum {
	BPF_TCX_INGRESS_NUMBER = 46, /* newer than the headers of Debian 12 */
	PROGRAMS_MAX = 64,
};

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
		ward_bypass_found(
			bypasses, true,
			ward_format("%s connects the pods by itself (BPF program %s at %s of %s): "
				    "packets that it redirects are not judged; take its BPF "
				    "datapath out of use",
				    project, name, where, interface));
	else if (strcmp(name, "ward_source") != 0)
		ward_bypass_found(
			bypasses, false,
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
			ward_bypass_found(
				bypasses, false,
				ward_format(
					"a filter of kind %s at tc ingress of %s sees packets "
					"before they are judged: what it redirects is not judged",
					filter->kind, interface->name));
	}
	ward_filters_done(&filters);
	return 0;
}

int ward_bypass_programs_find(struct ward_bypasses *bypasses,
			      const struct ward_interface_info *interface)
{
	if (interface->xdp)
		program_found(bypasses, interface->xdp, "XDP", interface->name);
	tcx_find(bypasses, interface);
	return filters_find(bypasses, interface);
}
