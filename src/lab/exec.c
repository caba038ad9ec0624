/* SPDX-License-Identifier: Apache-2.0 */
/* exec: the command's own process moves into the pod's network namespace.  It gets a mount
 * namespace, so that /sys shows the pod's interfaces, and the pod's host name. */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/alloc.h"
#include "lab/client.h"

/* The answer's text is the pod's id: its name is the host name. */
static int pod_ask(const struct ward_lab *lab, const char *pod, char **ret_id, char **ret_why)
{
	struct ward_lab_output output = {};
	_cleanup_free_ char *id = NULL;
	struct lab_call call;
	size_t size;
	int r;

	output.out = open_memstream(&id, &size);
	r = lab_call_begin(&call, lab, "exec", &output, ret_why);
	if (r == 0) {
		ward_json_str(&call.json, "pod", pod);
		r = lab_call_end(&call, -1);
	}
	fclose(output.out);
	if (r == 0 && call.received < 0) {
		*ret_why = ward_strdup("the lab did not hand over the pod's network");
		r = -EPROTO;
	}
	if (r)
		return r;
	*ret_id = TAKE_PTR(id);
	return call.received;
}

static int pod_enter(int ns, const char *id)
{
	const char *slash = strchr(id, '/');
	const char *name = slash ? slash + 1 : id;

	if (setns(ns, CLONE_NEWNET) < 0 || unshare(CLONE_NEWNS | CLONE_NEWUTS) < 0 ||
	    mount("", "/", "none", MS_SLAVE | MS_REC, NULL) < 0 ||
	    sethostname(name, strnlen(name, 64)) < 0)
		return -errno;
	umount2("/sys", MNT_DETACH);
	if (mount("ward", "/sys", "sysfs", 0, NULL) < 0)
		return -errno;
	return 0;
}

int ward_lab_exec(const struct ward_lab *lab, const char *pod, char *const *argv, char **ret_why)
{
	_cleanup_free_ char *id = NULL;
	_cleanup_close_ int ns = pod_ask(lab, pod, &id, ret_why);
	int r = ns < 0 ? ns : pod_enter(ns, id);

	if (ns < 0)
		return r;
	if (r < 0) {
		*ret_why = ward_format("cannot enter the network of %s: %s", id, strerror(-r));
		return r;
	}
	execvp(argv[0], argv);
	r = -errno;
	*ret_why = ward_format("cannot run %s: %s", argv[0], strerror(-r));
	return r;
}
