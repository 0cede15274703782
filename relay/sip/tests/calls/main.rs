//! Calls between real phones: baresip is the agent's, sipp the visitor's, kamailio the trunk's
//! proxy.

mod agent;
mod answered;
mod orders;
mod rig;
mod strangers;
mod trunk;
mod unanswered;
