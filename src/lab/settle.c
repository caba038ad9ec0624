/* SPDX-License-Identifier: Apache-2.0 */
#include "base/alloc.h"
#include "lab/world.h"

static void settle_work(uv_work_t *work)
{
	struct lab *lab = work->data;

	for (uint32_t i = 0; i < lab->n_nodes; i++)
		if (lab->nodes[i].agent)
			ward_agent_settle(lab->nodes[i].agent);
	uv_sem_post(&lab->settled);
}

static void settle_after(uv_work_t *work, int status)
{
	free(work);
}

void lab_settle_begin(struct lab *lab)
{
	uv_work_t *work = ward_new(uv_work_t);

	work->data = lab;
	lab->settling = true;
	uv_queue_work(&lab->loop, work, settle_work, settle_after);
}

void lab_settle_wait(struct lab *lab)
{
	if (lab->settling)
		uv_sem_wait(&lab->settled);
	lab->settling = false;
}
