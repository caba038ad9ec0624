/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/control.h"
#include "lab/print.h"

void lab_op_status(struct lab_request *request)
{
	lab_answer_text(request);
	lab_print_status(request->lab, request->format, &request->text);
	lab_answer_done(request, 0);
}
