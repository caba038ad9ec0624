/* SPDX-License-Identifier: Apache-2.0 */
/* What on the nodes leads packets past the judgement: looked for each time the status is asked. */
#include <string.h>

#include "base/alloc.h"
#include "datapath/bypass.h"
#include "doc/json-writer.h"
#include "lab/print.h"
#include "net/netns.h"

/* Of one node; false: it could not be looked at, and @ret is empty. */
static bool node_look(const struct lab_node *node, struct ward_bypasses *ret)
{
	_cleanup_(ward_netns_return) int home = ward_netns_visit(node->ns);

	*ret = (struct ward_bypasses){};
	return home >= 0 && ward_bypass_find(ret) == 0;
}

static void node_json(struct ward_json *json, const char *name,
		      const struct ward_bypasses *bypasses)
{
	for (uint32_t i = 0; i < bypasses->list.n; i++) {
		ward_json_map(json, NULL);
		ward_json_str(json, "node", name);
		ward_json_bool(json, "certain", bypasses->list.items[i].certain);
		ward_json_str(json, "what", bypasses->list.items[i].what);
		ward_json_end_map(json);
	}
}

void lab_json_bypasses(struct ward_json *json, const struct lab *lab)
{
	ward_json_list(json, "bypasses");
	for (uint32_t i = 0; lab->enforce && i < lab->n_nodes; i++) {
		const char *name = ward_symbol_str(lab->symbols, lab->nodes[i].name);
		_cleanup_(ward_bypasses_done) struct ward_bypasses bypasses;

		if (node_look(&lab->nodes[i], &bypasses))
			node_json(json, name, &bypasses);
	}
	ward_json_end_list(json);
}

void lab_print_bypasses(const struct lab *lab, const struct ward_text *text)
{
	for (uint32_t i = 0; lab->enforce && i < lab->n_nodes; i++) {
		const char *name = ward_symbol_str(lab->symbols, lab->nodes[i].name);
		_cleanup_(ward_bypasses_done) struct ward_bypasses bypasses;

		if (!node_look(&lab->nodes[i], &bypasses))
			fprintf(text->out, "node %s: cannot see what leads packets past Ward\n",
				name);
		for (uint32_t k = 0; k < bypasses.list.n; k++) {
			const struct ward_bypass *bypass = &bypasses.list.items[k];

			ward_text_color(text, bypass->certain ? WARD_COLOR_RED : WARD_COLOR_YELLOW);
			fprintf(text->out, "%s on node %s: %s\n",
				bypass->certain ? "not judged" : "perhaps not judged", name,
				bypass->what);
			ward_text_color(text, WARD_COLOR_NONE);
		}
	}
}
