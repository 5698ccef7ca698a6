from planlab.world.simulation import plan as plan
